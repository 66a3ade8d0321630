/** How long an answer asks to wait before the next request: HTTP's `Retry-After`. */

/** Larger delays are turned into 1 ms by the platforms' timers. */
const longest = 2 ** 31 - 1;

/**
 * Milliseconds from the arrival of the answer, or `undefined` where the server names no time, or none that can be read.
 *
 * A date is counted against the `Date` of the same answer: the server's clock and ours may be minutes apart.
 */
export const retryAfter = (headers: Headers): number | undefined => {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(value)) return clamped(Number(value) * 1000);
  const until = dateOf(value);
  return until === undefined ? undefined : clamped(until - (dateOf(headers.get('date') ?? '') ?? Date.now()));
};

const clamped = (milliseconds: number): number => Math.min(Math.max(milliseconds, 0), longest);

/** In any of HTTP's three forms, the oldest of which leaves out that it means GMT. `Date.parse` alone would read `-5` as a month. */
const dateOf = (value: string): number | undefined => {
  if (!/^[A-Z][a-z]+,? .*\d\d:\d\d:\d\d/.test(value)) return undefined;
  const time = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(time) ? undefined : time;
};
