/** Retries transient failures of operations with exponential backoff, within a time budget. */

import {
  asyncScheduler,
  catchError,
  defer,
  of,
  retry,
  throwError,
  timer,
  type MonoTypeOperatorFunction,
  type NextObserver,
} from 'rxjs';
import { ApiError, isContentLibraryError, isTransient, isUnknownRoute, type ContentLibraryError } from '../errors/index.ts';
import { invalidOptionError } from '../errors/invalid-option-error.ts';
import { backoff } from '../operators/backoff.ts';
import type { OptionNames } from '../options/index.ts';
import type { Idempotency } from './operation.ts';

/** A request that failed and is about to be sent again. */
export interface RetryNotice {
  /** VMware's name of the operation. */
  readonly operation: string;
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  /** Milliseconds until the next attempt. */
  readonly delay: number;
  /** The failure. */
  readonly error: ContentLibraryError;
}

/** How transient failures of the calls of a connection are retried. */
export interface RetryOptions {
  /**
   * How often an operation is sent at most, the first attempt included.
   * @default 5
   */
  readonly attempts?: number | undefined;
  /**
   * Upper bound of the first delay in milliseconds. The bound doubles with each attempt, up to eight seconds; each delay is a random
   * fraction of it (full jitter). A `Retry-After` of the server replaces the delay.
   * @default 500
   */
  readonly delay?: number | undefined;
  /**
   * Milliseconds since the first request of a call after which no further attempt starts. A delay that would exceed it ends the call at
   * once.
   * @default 120_000
   */
  readonly budget?: number | undefined;
  /** Called before each delay: a function, or an observer such as a `Subject`, which is never completed. */
  readonly onRetry?: NextObserver<RetryNotice> | ((retry: RetryNotice) => void) | undefined;
}

/** The names of {@link RetryOptions}. */
export const RETRY_OPTIONS: OptionNames<RetryOptions> = { attempts: true, delay: true, budget: true, onRetry: true };

/** {@link RetryOptions} with defaults applied. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly delay: number;
  readonly budget: number;
  readonly onRetry: (retry: RetryNotice) => void;
  /** Returns the fraction of the bound that a delay takes, from 0 to 1. */
  readonly random: () => number;
}

/** Milliseconds; limits the backoff, not a `Retry-After` of the server. */
const MAX_DELAY = 8000;

/**
 * Retries transient failures, as far as the idempotency of the operation allows.
 *
 * - Emits: what the source emits, at whichever attempt.
 * - Completes: with the source.
 * - Errors: with the last failure, when attempts or budget are used up, or at once if the failure is permanent.
 * - Unsubscribing: aborts the request or the delay.
 *
 * ```text
 * requests  --#  --#     --(a|)
 * retrying  ---------------(a|)     (delays of 3 and 6)
 * ```
 */
export const retryOperation = <A>(
  { attempts, delay, budget, onRetry, random }: RetryPolicy,
  operation: string,
  idempotency: Exclude<Idempotency, 'with-token'>,
): MonoTypeOperatorFunction<A> => {
  const mayRetry = idempotency === 'never' ? wasRejectedBeforeStart : isTransient;
  return (request$) =>
    defer(() => {
      const startedAt = asyncScheduler.now();
      let mayHaveSucceeded = false;
      const attempts$ = request$.pipe(
        retry({
          count: attempts - 1,
          delay: (thrown: unknown, attempt) => {
            const delayMs = retryDelay(thrown, attempt, { delay, random });
            if (!isContentLibraryError(thrown) || !mayRetry(thrown) || asyncScheduler.now() - startedAt + delayMs > budget)
              return throwError(() => thrown);
            mayHaveSucceeded ||= !wasRejectedBeforeStart(thrown);
            onRetry({ operation, attempt, delay: delayMs, error: thrown });
            return timer(delayMs);
          },
        }),
      );
      if (typeof idempotency !== 'object') return attempts$;
      return attempts$.pipe(
        catchError((thrown: unknown) =>
          // Operations with `doneIf` have an empty response.
          mayHaveSucceeded && hasErrorType(idempotency.doneIf, thrown) ? of(undefined as A) : throwError(() => thrown),
        ),
      );
    });
};

const hasErrorType = (type: string, thrown: unknown): boolean =>
  thrown instanceof ApiError && thrown.error_type === type && !isUnknownRoute(thrown);

/**
 * Returns the milliseconds to wait after a failed attempt: the server's `Retry-After`, or else the backoff.
 *
 * @param attempt - Which attempt failed, from 1.
 */
export const retryDelay = (
  thrown: unknown,
  attempt: number,
  { delay, random }: Pick<RetryPolicy, 'delay' | 'random'>,
): number => {
  const retryAfter = thrown instanceof ApiError ? thrown.retryAfter : undefined;
  return retryAfter ?? backoff(attempt, { first: delay, max: MAX_DELAY, random });
};

/**
 * Returns a function that calls `onRetry`, whichever form it has.
 *
 * @param option - The option's name, for the error.
 * @throws TypeError if it is neither a function nor an observer.
 */
export const toRetryCallback = (onRetry: RetryOptions['onRetry'], option: string): RetryPolicy['onRetry'] => {
  if (typeof onRetry === 'function') return onRetry;
  if (onRetry !== undefined && typeof onRetry.next !== 'function')
    throw invalidOptionError(option, 'a function, or an observer with next', onRetry);
  return (retry) => onRetry?.next(retry);
};

const busyErrorTypes: ReadonlySet<string> = new Set(['SERVICE_UNAVAILABLE', 'RESOURCE_BUSY', 'UNABLE_TO_ALLOCATE_RESOURCE']);

/** Returns true if the server reports that it is overloaded. */
export const isBusy = (thrown: unknown): thrown is ApiError =>
  thrown instanceof ApiError && busyErrorTypes.has(thrown.error_type);

/**
 * Returns true if vCenter itself reports that it did not start the operation. A proxy cannot know that: its connection to vCenter may
 * have broken after the operation was done. A proxy's error has no messages, and only its 429 means that nothing was forwarded.
 */
const wasRejectedBeforeStart = (thrown: unknown): boolean =>
  isBusy(thrown) && isTransient(thrown) && (thrown.messages.length > 0 || thrown.status === 429);
