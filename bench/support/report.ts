/** Markdown tables, limits that make the process fail, and progress on a terminal. */

/** A measured value and its limit. */
export interface Limit {
  readonly name: string;
  readonly value: number;
  readonly kind: 'at most' | 'at least';
  readonly limit: number;
}

/** A value that must not exceed its limit. */
export const atMost = (name: string, value: number, limit: number): Limit => ({ name, value, kind: 'at most', limit });

/** A value that must reach its limit. */
export const atLeast = (name: string, value: number, limit: number): Limit => ({ name, value, kind: 'at least', limit });

/** Cells by title of their column. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string | number>>;

/** Returns a table whose first column has the labels. */
export const table = <Row extends { readonly label: string }>(
  title: string,
  rows: readonly Row[],
  columns: Columns<Row>,
): string => {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [
    line([title, ...Object.keys(columns)]),
    `|${'---|'.repeat(1 + Object.keys(columns).length)}`,
    ...rows.map((row) => line([row.label, ...Object.values(columns).map((cell) => cell(row))])),
  ].join('\n');
};

/** Prints the limits. If one is missed, or its value is NaN, the process exits with code 1. */
export const printLimits = (limits: readonly Limit[]): void => {
  const isKept = ({ value, kind, limit }: Limit): boolean => (kind === 'at most' ? value <= limit : value >= limit);
  const rows = limits.map((limit) => ({ ...limit, label: limit.name }));
  if (limits.length === 0) return;
  console.log(
    `\n${table('limit', rows, {
      measured: ({ value }) => Number(value.toFixed(3)),
      required: ({ kind, limit }) => `${kind} ${limit}`,
      result: (limit) => (isKept(limit) ? 'ok' : 'MISSED'),
    })}`,
  );
  if (!limits.every(isKept)) process.exitCode = 1;
};

/** Removes the line of the progress. */
export const clearProgress = (): void => {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
};

/** Shows the progress on one line of the terminal; if standard error is not a terminal, it writes nothing. */
export const showProgress = (text: string): void => {
  clearProgress();
  if (process.stderr.isTTY) process.stderr.write(text);
};
