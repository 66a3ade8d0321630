/** Aligns the columns of a table. */

import stringWidth from 'string-width';

/** Appends spaces until the text takes this many columns. */
export const padToWidth = (text: string, columns: number): string => text + ' '.repeat(Math.max(columns - stringWidth(text), 0));

/** Returns one line per row, with aligned columns. */
export const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => padToWidth(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};
