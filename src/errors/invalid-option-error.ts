/** The `TypeError` for an invalid option. */

/**
 * Returns a `TypeError` that names the option and what it must be.
 *
 * @param option - The option's name, e.g. `retry.attempts`.
 * @param expected - What is valid, e.g. `a number from 0 to 1`.
 * @param advice - What to do instead, if anything.
 */
export const invalidOptionError = (option: string, expected: string, value: unknown, advice = ''): TypeError =>
  new TypeError(`${option}: expected ${expected}, got ${describeValue(value)}${advice === '' ? '' : `; ${advice}`}`);

/** Only short values are shown: an object may contain secrets. */
const describeValue = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a value of type ${typeof value}`;
};
