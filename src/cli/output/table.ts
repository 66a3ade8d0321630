/** Aligns the columns of a table. */

/** Returns the number of columns that a text takes on a terminal. */
type WidthOf = (text: string) => number;

/** Returns one line per row, with aligned columns. */
export const table = async (rows: readonly (readonly string[])[]): Promise<readonly string[]> => {
  const widthOf = await loadWidthOf(rows);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max((widths[column] ?? 0) - widthOf(cell), 0)))
      .join('  ')
      .trimEnd(),
  );
};

/** `string-width` takes longer to load than a table of ASCII to print. */
const loadWidthOf = async (rows: readonly (readonly string[])[]): Promise<WidthOf> =>
  rows.flat().every((cell) => /^[ -~]*$/.test(cell)) ? ({ length }) => length : (await import('string-width')).default;
