/** How many failures in a row a stream of polls bears. */

import { retry, tap, throwError, timer, type MonoTypeOperatorFunction, type NextObserver } from 'rxjs';
import { ApiError, isContentLibraryError, isTransient } from '../errors/index.ts';
import { toRetryCallback, type RetryNotice } from '../http/retry.ts';
import { backoff } from '../operators/backoff.ts';
import { toTimerDelay } from '../operators/timer-delay.ts';

/** What happens to polls that fail in passing. */
export interface PollRetryOptions {
  /**
   * How many failures in a row are borne; a good answer makes it as many again. The pauses are half a second, doubling up to sixteen
   * seconds, so that the default bears a minute without an answer. Where the server says how long to wait, that is the pause.
   * @default 8
   */
  readonly retries?: number;
  /** Told before each pause: a function, or an observer such as a `Subject`, which never completes by it. */
  readonly onRetry?: NextObserver<RetryNotice> | ((retry: RetryNotice) => void);
}

/**
 * How many failures in a row are borne.
 *
 * @throws TypeError if that cannot be.
 */
export const maxRetriesOf = ({ retries = 8 }: PollRetryOptions): number => {
  if (retries >= 0) return retries;
  throw new TypeError(`retries: expected a number from 0, got ${retries}`);
};

/** Milliseconds. */
const [FIRST_DELAY, MAX_DELAY] = [500, 16_000];

/**
 * Makes an operator that bears passing failures, for requests that come one after the other.
 *
 * - Emits and completes: as its source, at whichever attempt.
 * - Errors: with the failure that is one too many, or that would not pass.
 * - Unsubscribing: aborts the request, or the pause. What was spent stays spent until there is a good answer.
 *
 * @throws TypeError if `retries` cannot be.
 */
export const retryTransientPolls = (
  budget: PollRetryOptions,
  shorten: (delay: number) => number = (delay) => delay,
): (<A>() => MonoTypeOperatorFunction<A>) => {
  maxRetriesOf(budget);
  const notify = toRetryCallback(budget.onRetry, 'onRetry');
  let failures = 0;
  return () => (source) =>
    source.pipe(
      tap(() => {
        failures = 0;
      }),
      retry({
        delay: (thrown: unknown) => {
          failures += 1;
          // Read each time: onlookers come and go.
          if (failures > maxRetriesOf(budget) || !isContentLibraryError(thrown) || !isTransient(thrown))
            return throwError(() => thrown);
          const asked = thrown instanceof ApiError ? thrown.retryAfter : undefined;
          const delay = toTimerDelay(asked ?? shorten(backoff(failures, { first: FIRST_DELAY, max: MAX_DELAY })), 1);
          notify({ operation: 'operation' in thrown ? thrown.operation : '', attempt: failures, delay, error: thrown });
          return timer(delay);
        },
      }),
    );
};
