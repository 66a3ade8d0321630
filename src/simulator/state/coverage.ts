/** Which parts of a file were read so far. */

/** The parts of a file that were read, whoever read them. */
export interface Coverage {
  /** Notes the bytes from `start` on, `end` excluded. */
  readonly add: (start: number, end: number) => void;
  /** Whether nothing is missing. */
  readonly isWhole: () => boolean;
}

// In the contexts that test runners make, looking up a global such as `Math` takes a hundred times as long as the product.
const { max, min } = Math;

/**
 * Starts with nothing read.
 *
 * @param size - The file's, in bytes.
 */
export const coverage = (size: number): Coverage => {
  /** They neither touch nor overlap. */
  let parts: (readonly [start: number, end: number])[] = [];
  return {
    add: (start, end) => {
      const touches = ([from, to]: readonly [number, number]): boolean => from <= end && to >= start;
      const joined = [...parts.filter(touches), [start, end] as const];
      const whole = [min(...joined.map(([from]) => from)), max(...joined.map(([, to]) => to))] as const;
      parts = [...parts.filter((part) => !touches(part)), whole];
    },
    isWhole: () => size === 0 || parts.some(([from, to]) => from === 0 && to === size),
  };
};
