/** Clamps delays to what timers can keep. */

/** Milliseconds, almost 25 days: platforms turn longer delays into 1 ms. */
export const MAX_TIMER_DELAY = 2 ** 31 - 1;

/**
 * Returns a delay that every platform's timers can keep.
 *
 * @param delay - Milliseconds.
 * @param min - Lower bound in milliseconds.
 */
export const toTimerDelay = (delay: number, min = 0): number => Math.min(Math.max(delay, min), MAX_TIMER_DELAY);
