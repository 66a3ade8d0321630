/** Retries transient poll failures, up to a number of consecutive ones. */

import { retry, tap, throwError, timer, type MonoTypeOperatorFunction, type NextObserver } from 'rxjs';
import { ApiError, isContentLibraryError, isTransient } from '../errors/index.ts';
import { invalidOptionError } from '../errors/invalid-option-error.ts';
import { toRetryCallback, type RetryNotice } from '../http/retry.ts';
import { backoff } from '../operators/backoff.ts';
import { toTimerDelay } from '../operators/timer-delay.ts';
import type { OptionNames } from '../options/index.ts';

/** How transient failures of polls are retried. */
export interface PollRetryOptions {
  /**
   * How often a poll is sent in a row without success, the first attempt included; a successful poll resets the count. The delays start
   * at 0.5 s and double up to 16 s, so that the default tolerates a minute of failures. A `Retry-After` of the server replaces the delay.
   * @default 9
   */
  readonly pollAttempts?: number | undefined;
  /** Called before each delay: a function, or an observer such as a `Subject`, which is never completed. */
  readonly onRetry?: NextObserver<RetryNotice> | ((retry: RetryNotice) => void) | undefined;
}

/** The names of {@link PollRetryOptions}. */
export const POLL_RETRY_OPTIONS: OptionNames<PollRetryOptions> = { pollAttempts: true, onRetry: true };

/**
 * Returns the number of attempts.
 *
 * @throws TypeError if it is invalid.
 */
export const pollAttemptsOf = ({ pollAttempts = 9 }: PollRetryOptions): number => {
  if (pollAttempts >= 1) return pollAttempts;
  throw invalidOptionError('pollAttempts', 'a number from 1', pollAttempts);
};

/** Milliseconds. */
const [FIRST_DELAY, MAX_DELAY] = [500, 16_000];

/**
 * Returns a factory of operators that retry transient failures. The operators share one count of consecutive failures, for requests
 * that are sent one after the other.
 *
 * - Emits: as its source, at whichever attempt.
 * - Completes: with its source.
 * - Errors: with the last failure, when the attempts are used up, or at once if the failure is permanent.
 * - Unsubscribing: aborts the request or the delay; the count stays.
 *
 * @param applyJitter - Shortens a delay.
 * @throws TypeError if an option is invalid.
 */
export const retryTransientPolls = (
  options: PollRetryOptions,
  applyJitter: (delay: number) => number = (delay) => delay,
): (<A>() => MonoTypeOperatorFunction<A>) => {
  pollAttemptsOf(options);
  const notify = toRetryCallback(options.onRetry, 'onRetry');
  let failures = 0;
  return () => (source) =>
    source.pipe(
      tap(() => {
        failures = 0;
      }),
      retry({
        delay: (thrown: unknown) => {
          failures += 1;
          // Read each time: the number of a shared poll changes with its subscribers.
          if (failures >= pollAttemptsOf(options) || !isContentLibraryError(thrown) || !isTransient(thrown))
            return throwError(() => thrown);
          const retryAfter = thrown instanceof ApiError ? thrown.retryAfter : undefined;
          const delay = toTimerDelay(retryAfter ?? applyJitter(backoff(failures, { first: FIRST_DELAY, max: MAX_DELAY })), 1);
          notify({ operation: 'operation' in thrown ? thrown.operation : '', attempt: failures, delay, error: thrown });
          return timer(delay);
        },
      }),
    );
};
