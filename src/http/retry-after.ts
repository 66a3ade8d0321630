/** Reads the `Retry-After` header. */

import { toTimerDelay } from '../operators/timer-delay.ts';

/**
 * Returns the milliseconds to wait, counted from the response, or `undefined` if the header is missing or invalid.
 *
 * A date is compared with the `Date` of the same response: the clocks of server and client may be minutes apart.
 */
export const retryAfter = (headers: Headers): number | undefined => {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(value)) return toTimerDelay(Number(value) * 1000);
  const until = parseHttpDate(value);
  return until === undefined ? undefined : toTimerDelay(until - (parseHttpDate(headers.get('date') ?? '') ?? Date.now()));
};

/** Parses HTTP's three date formats, the oldest of which omits GMT. `Date.parse` alone would read `-5` as a month. */
const parseHttpDate = (value: string): number | undefined => {
  if (!/^[A-Z][a-z]+,? .*\d\d:\d\d:\d\d/.test(value)) return undefined;
  const time = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(time) ? undefined : time;
};
