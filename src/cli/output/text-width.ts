/** Measures, pads and truncates text by the columns it takes on a terminal. */

const wide =
  /\p{Emoji_Presentation}|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;

// Created on first use: loading its tables takes longer than a short command.
let segmenter: Intl.Segmenter | undefined;
const graphemes = (text: string): Intl.Segments => (segmenter ??= new Intl.Segmenter()).segment(text);

const graphemeWidth = (grapheme: string): number => (wide.test(grapheme) ? 2 : 1);

/** Returns the number of columns that a text takes. */
export const displayWidth = (text: string): number => {
  let columns = 0;
  for (const { segment } of graphemes(text)) columns += graphemeWidth(segment);
  return columns;
};

/** Appends spaces until the text takes this many columns. */
export const padToWidth = (text: string, columns: number): string => text + ' '.repeat(Math.max(columns - displayWidth(text), 0));

/** Returns the longest beginning of the text that fits into this many columns. */
export const truncateToWidth = (text: string, columns: number): string => {
  let left = columns;
  let truncated = '';
  for (const { segment } of graphemes(text)) {
    left -= graphemeWidth(segment);
    if (left < 0) break;
    truncated += segment;
  }
  return truncated;
};

/** Returns one line per row, with aligned columns. */
export const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => padToWidth(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};
