/** Aligns the columns of a table. */

/** Returns the number of columns that a text takes on a terminal. */
type WidthOf = (text: string) => number;

/** Appends spaces until the text takes this many columns. */
export const padToWidth = (text: string, columns: number, widthOf: WidthOf): string =>
  text + ' '.repeat(Math.max(columns - widthOf(text), 0));

/** Returns one line per row, with aligned columns. */
export const table = async (rows: readonly (readonly string[])[]): Promise<readonly string[]> => {
  const widthOf = await loadWidthOf(rows);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => padToWidth(cell, widths[column] ?? 0, widthOf))
      .join('  ')
      .trimEnd(),
  );
};

/** `string-width` takes longer to load than a table of ASCII to print. */
const loadWidthOf = async (rows: readonly (readonly string[])[]): Promise<WidthOf> =>
  rows.flat().every((cell) => /^[ -~]*$/.test(cell)) ? ({ length }) => length : (await import('string-width')).default;
