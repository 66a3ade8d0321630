/** How long to wait before asking again. */

/**
 * Milliseconds from an answer to the next poll: always the same, or worked out anew after each answer. `Infinity` never comes: only a
 * refresh polls then.
 *
 * @param answer - The last answer. @param waited - Milliseconds since the first answer. @param quiet - Milliseconds since the last news.
 */
export type Period<A> = number | ((answer: A, waited: number, quiet: number) => number);

/** In the beginning, as long as {@link INITIAL_PHASE} lasts. With a round trip of 40 ms it is noticed within 0.3 s what is ready now. */
const shortest = 240;
const INITIAL_PHASE = 2000;

/** What the growth begins with. */
const seed = 900;

/** With the round trip of an answer in between it is two and five seconds from the one look at the server to the next. */
const [leastLimit, mostLimit] = [1940, 4900];

/** While there was news lately: within the last third of the time waited, and the last minute. */
const livelyLimit = 960;
const PROGRESS_WINDOW = 60_000;

/**
 * The default {@link Period}: short for two seconds, then growing by half up to a limit, which is two seconds at first and a twelfth of
 * the time waited later, five seconds at the most. News starts the growth again, and for a while the limit is a second.
 *
 * It grows by half each time because its slope over the time waited is one half. `bench/polling.ts` shows what it costs and brings.
 */
export const adaptivePeriod = (_answer: unknown, waited: number, quiet: number = waited): number => {
  if (waited < INITIAL_PHASE) return shortest;
  const limit =
    quiet < Math.min(waited / 3, PROGRESS_WINDOW) ? livelyLimit : Math.min(Math.max(waited / 12, leastLimit), mostLimit);
  return Math.min(seed + Math.min(quiet, waited - INITIAL_PHASE) / 2, limit);
};
