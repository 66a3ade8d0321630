/** The default poll period. */

/**
 * Milliseconds from a response to the next poll: constant, or computed after each response. `Infinity` never polls again, except on a
 * refresh.
 *
 * @param response - The last response.
 * @param elapsed - Milliseconds since the first response.
 * @param sinceProgress - Milliseconds since the last progress.
 */
export type Period<A> = number | ((response: A, elapsed: number, sinceProgress: number) => number);

/** Milliseconds between polls during the initial phase: with a round trip of 40 ms, a quick preparation is detected within 0.3 s. */
const INITIAL_DELAY = 240;
/** Duration of the initial phase in milliseconds. */
const INITIAL_PHASE = 2000;

/** Milliseconds with which the growth starts. */
const GROWTH_START = 900;

/** Bounds of the limit in milliseconds: with the round trip of a response, two and five seconds from one poll to the next. */
const [MIN_LIMIT, MAX_LIMIT] = [1940, 4900];

/** The limit in milliseconds after recent progress: within the last third of the elapsed time, and the last minute. */
const PROGRESS_LIMIT = 960;
const PROGRESS_WINDOW = 60_000;

/**
 * The default {@link Period}: 240 ms for two seconds, then delays that grow by half up to a limit. The limit is two seconds at first,
 * later a twelfth of the elapsed time, and five seconds at most. Progress restarts the growth, and for a while limits it to one second.
 *
 * The delay grows by half each time because it is 0.9 s plus half the elapsed time. `bench/polling.ts` measures its cost and benefit.
 *
 * @param elapsed - Milliseconds since the first response.
 * @param sinceProgress - Milliseconds since the last progress.
 */
export const adaptivePeriod = (_response: unknown, elapsed: number, sinceProgress: number = elapsed): number => {
  if (elapsed < INITIAL_PHASE) return INITIAL_DELAY;
  const limit =
    sinceProgress < Math.min(elapsed / 3, PROGRESS_WINDOW)
      ? PROGRESS_LIMIT
      : Math.min(Math.max(elapsed / 12, MIN_LIMIT), MAX_LIMIT);
  return Math.min(GROWTH_START + Math.min(sinceProgress, elapsed - INITIAL_PHASE) / 2, limit);
};
