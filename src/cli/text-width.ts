/** How much of a line a text takes on a terminal. */

const wide =
  /\p{Emoji_Presentation}|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;

// Made when it is needed: the tables behind it take longer to load than all of a short command.
let segmenter: Intl.Segmenter | undefined;
const segments = (text: string): Intl.Segments => (segmenter ??= new Intl.Segmenter()).segment(text);

const columnsOf = (segment: string): number => (wide.test(segment) ? 2 : 1);

/** How many columns a text takes. */
export const displayWidth = (text: string): number => {
  let columns = 0;
  for (const { segment } of segments(text)) columns += columnsOf(segment);
  return columns;
};

/** Spaces behind a text, so that it takes so many columns. */
export const padded = (text: string, columns: number): string => text + ' '.repeat(Math.max(columns - displayWidth(text), 0));

/** As much of the text as goes into so many columns. */
export const cut = (text: string, columns: number): string => {
  let left = columns;
  let kept = '';
  for (const { segment } of segments(text)) {
    left -= columnsOf(segment);
    if (left < 0) break;
    kept += segment;
  }
  return kept;
};

/** Columns that stand below each other. */
export const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};
