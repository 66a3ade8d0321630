/** Exponential backoff. */

/** Limits of {@link backoff}. */
export interface BackoffOptions {
  /** Milliseconds after the first failed attempt. */
  readonly first: number;
  /** Milliseconds that no delay exceeds. */
  readonly max: number;
  /**
   * Returns the fraction of the delay to use, from 0 to 1: `Math.random` gives full jitter.
   * @default no jitter
   */
  readonly random?: () => number;
}

/**
 * Returns the milliseconds to wait before the next attempt: `first`, doubled after each failure, up to `max`.
 *
 * @param attempt - Which attempt failed, from 1.
 */
export const backoff = (attempt: number, { first, max, random = () => 1 }: BackoffOptions): number =>
  random() * Math.min(first * 2 ** (attempt - 1), max);
