/** Limits the bytes per second of several transfers together. */

import { asyncScheduler } from 'rxjs';

/** Counts bytes and returns pauses. */
export interface RateLimiter {
  /** Counts transferred bytes; returns the milliseconds to wait before the next ones. */
  readonly delayAfter: (bytes: number) => number;
}

/** Milliseconds: shorter delays are added to the next one, because timers are not precise. */
const MIN_DELAY = 10;

/**
 * Creates a limiter.
 *
 * @param bytesPerSecond - Average of all transfers that use it.
 */
export const createRateLimiter = (bytesPerSecond: number): RateLimiter => {
  /** The time at which the bytes that were counted would have been transferred at the limit. */
  let dueAt = -Infinity;
  let lastNow = -Infinity;
  return {
    delayAfter: (bytes) => {
      const now = asyncScheduler.now();
      // A clock that was set back must not delay anything.
      if (now < lastNow) dueAt -= lastNow - now;
      lastNow = now;
      dueAt = Math.max(now, dueAt) + (1000 * bytes) / bytesPerSecond;
      const delay = dueAt - now;
      return delay < MIN_DELAY ? 0 : delay;
    },
  };
};
