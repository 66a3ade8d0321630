/** Sends an operation again that failed in passing, each time after a longer pause, within a budget of time. */

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
import type { Idempotency } from './operation.ts';

/** A request that failed in passing and is about to be sent again. */
export interface RetryNotice {
  /** VMware's name of the operation. */
  readonly operation: string;
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  /** Milliseconds until the next one. */
  readonly delay: number;
  /** What it failed with. */
  readonly error: ContentLibraryError;
}

/** How the calls of a connection are tried again. */
export interface RetryOptions {
  /**
   * How often an operation is sent at the most, the first time included.
   * @default 5
   */
  readonly attempts?: number;
  /**
   * Milliseconds of the first pause at the most. Each pause is a random part of its limit, which doubles from one pause to the next, up to
   * eight seconds. Where the server says how long to wait, that is the pause.
   * @default 500
   */
  readonly delay?: number;
  /**
   * Milliseconds since the call's first request after which none is sent any more. A pause that would reach beyond ends the call at once.
   * @default 120_000
   */
  readonly budget?: number;
  /** Told before each pause, for a log or a word to the user: a function, or an observer such as a `Subject`, which never completes by it. */
  readonly onRetry?: NextObserver<RetryNotice> | ((retry: RetryNotice) => void);
}

/** {@link RetryOptions} with nothing left open. */
export interface RetryPolicy extends Required<Omit<RetryOptions, 'onRetry'>> {
  readonly onRetry: (retry: RetryNotice) => void;
  /** From 0 to 1: how much of its limit a pause takes. */
  readonly random: () => number;
}

/** Longer than any pause that nobody asked for. */
const longestDelay = 8000;

/**
 * Tries again what failed in passing, where the operation allows it.
 *
 * - Emits: what the source emits, at whichever attempt. - Completes: with the source.
 * - Errors: with the last failure, as soon as no attempt, no time or no hope is left.
 * - Unsubscribing: from the request or from the pause, whichever it is.
 *
 * ```text
 * requests  --#  --#     --(a|)
 * retrying  ---------------(a|)     (pauses of 3 and 6)
 * ```
 */
export const retryOperation = <A>(
  { attempts, delay, budget, onRetry, random }: RetryPolicy,
  operation: string,
  repeat: Exclude<Idempotency, 'token'>,
): MonoTypeOperatorFunction<A> => {
  const mayRepeat = repeat === 'refused' ? wasRejectedBeforeStart : isTransient;
  return (request$) =>
    defer(() => {
      const begun = asyncScheduler.now();
      let isLost = false;
      const attempts$ = request$.pipe(
        retry({
          count: attempts - 1,
          delay: (thrown: unknown, attempt) => {
            const pause = retryDelay(thrown, attempt, { delay, random });
            if (!isContentLibraryError(thrown) || !mayRepeat(thrown) || asyncScheduler.now() - begun + pause > budget)
              return throwError(() => thrown);
            isLost ||= !wasRejectedBeforeStart(thrown);
            onRetry({ operation, attempt, delay: pause, error: thrown });
            return timer(pause);
          },
        }),
      );
      if (typeof repeat !== 'object') return attempts$;
      return attempts$.pipe(
        catchError((thrown: unknown) =>
          // An operation that can be found done answers nothing.
          isLost && isRefusedWith(repeat.done, thrown) ? of(undefined as A) : throwError(() => thrown),
        ),
      );
    });
};

const isRefusedWith = (type: string, thrown: unknown): boolean =>
  thrown instanceof ApiError && thrown.error_type === type && !isUnknownRoute(thrown);

/** Milliseconds to wait after the failure of an attempt, which are counted from 1: what the server asks for, or a part of what grows. */
export const retryDelay = (
  thrown: unknown,
  attempt: number,
  { delay, random }: Pick<RetryPolicy, 'delay' | 'random'>,
): number => {
  const asked = thrown instanceof ApiError ? thrown.retryAfter : undefined;
  return asked ?? random() * Math.min(delay * 2 ** (attempt - 1), longestDelay);
};

const busyErrorTypes: ReadonlySet<string> = new Set(['SERVICE_UNAVAILABLE', 'RESOURCE_BUSY', 'UNABLE_TO_ALLOCATE_RESOURCE']);

/** Whether the server says that it has too much to do. */
export const isBusy = (thrown: unknown): thrown is ApiError =>
  thrown instanceof ApiError && busyErrorTypes.has(thrown.error_type);

/**
 * Whether vCenter itself says that it did not begin. A proxy's page says no such thing: the connection behind it may have broken when
 * all was done. It has no messages, and only its 429 is a refusal to pass anything on.
 */
const wasRejectedBeforeStart = (thrown: unknown): boolean =>
  isBusy(thrown) && isTransient(thrown) && (thrown.messages.length > 0 || thrown.status === 429);
