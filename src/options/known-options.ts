/** Refuses options that do not exist: a misspelled option would otherwise be ignored. */

/** All names of the options of a type; the compiler checks that none is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Checks the names of options, not their values. A known option may be `undefined`.
 *
 * @param argument - Names the options in errors, such as `retry`; `options` is omitted before the name of an option.
 * @throws TypeError with the nearest name if an option is unknown, or if the options are not an object.
 */
export const assertKnownOptions = <Options extends object>(
  options: Options,
  names: OptionNames<Options>,
  argument = 'options',
): void => {
  const value: unknown = options;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${argument}: expected an object, got ${value === null ? 'null' : describe(value)}`);
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names);
    const nearest = nearestName(name, known);
    const advice = nearest === undefined ? `the options are ${known.join(', ')}` : `did you mean ${nearest}?`;
    throw new TypeError(`${argument === 'options' ? '' : `${argument}.`}${name}: unknown option; ${advice}`);
  }
};

const describe = (value: unknown): string => (Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`);

/** Returns the known name with the fewest differences, unless more than a third of it differs. */
export const nearestName = (name: string, known: readonly string[]): string | undefined => {
  const ranked = known
    .map((candidate) => ({ candidate, distance: distanceOf(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.ceil(Math.max(candidate.length, name.length) / 3)))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
};

/** Returns the number of letters to insert, delete, replace or swap with their neighbor (optimal string alignment). */
const distanceOf = (from: string, to: string): number => {
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isEqual = from[row - 1] === to[column - 1];
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          at(previous, column) + 1,
          at(current, column - 1) + 1,
          at(previous, column - 1) + (isEqual ? 0 : 1),
          isSwapped ? at(beforePrevious, column - 2) + 1 : Infinity,
        ),
      );
    }
    [beforePrevious, previous] = [previous, current];
  }
  return at(previous, to.length);
};

const at = (row: readonly number[], column: number): number => row[column] ?? Infinity;
