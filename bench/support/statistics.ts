/** Medians and ratios of samples. */

/** Returns the median; of an even number of values the greater of the two in the middle; NaN without values. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Returns the median of one set of values divided by that of another. */
export const ratio = (values: readonly number[], reference: readonly number[]): number => median(values) / median(reference);

/** Returns `median (min..max)`. */
export const spread = (values: readonly number[], digits: number): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}..${Math.max(...values).toFixed(digits)})`;
