/** Bytes, times and tables as people read them. */

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `1234567` is `1.2 MB`. */
export const bytes = (count: number): string => {
  const power = count < 1000 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), units.length - 1);
  const scaled = count / 1000 ** power;
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power] ?? ''}`;
};

/** `83000` is `1 min 23 s`. */
export const time = (milliseconds: number): string => {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
};

/** Columns that stand below each other. */
export const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
};

/** A name as one line of a terminal can show it: the server chose it, and it may hold escape sequences. */
export const shown = (name: string): string => name.replaceAll(/\p{C}/gu, '\u{fffd}');
