/** Extends a lease repeatedly, before it expires. */

import {
  asyncScheduler,
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  expand,
  filter,
  ignoreElements,
  of,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { isContentLibraryError, type ContentLibraryError } from '../errors/index.ts';

/** The time that is left of a lease. */
export interface LeaseTime {
  /** Milliseconds until the lease expires, by the server's clock; `undefined` if the server does not state when it expires. */
  readonly remaining: number | undefined;
}

/** Milliseconds for which vCenter grants a lease unless it states otherwise. */
const DEFAULT_LEASE = 5 * 60_000;

/** Milliseconds. Upper limit, because the lease may be shortened on the server. */
const MAX_INTERVAL = 60_000;

/** Milliseconds. Lower limit, so that an almost expired lease does not cause a busy loop. */
const MIN_INTERVAL = 250;

/** Milliseconds between attempts after the lease should have expired, while it is unknown whether it has. */
const EXPIRED_INTERVAL = 5000;

/** An extension that failed and will be repeated. */
export interface KeepAliveRetry {
  /** Number of the failed attempt, from 1. */
  readonly attempt: number;
  /** Milliseconds until the next attempt. */
  readonly delay: number;
  readonly error: ContentLibraryError;
}

/** What {@link keepAlive} does when an extension fails. */
export interface KeepAliveOptions<E extends LeaseTime> {
  /** Returns true if the error means that the lease has ended. */
  readonly isOver: (error: ContentLibraryError) => boolean;
  /** Reads the lease without extending it, to find out whether it has ended. @default not read */
  readonly read?: Observable<E>;
  /** Called with each extension that will be repeated. */
  readonly onRetry?: (retry: KeepAliveRetry) => void;
}

/**
 * Extends a lease whenever a third of the remaining time has passed, and at least once a minute. Two extensions may thus fail before the
 * lease is lost.
 *
 * - Emits: every extension.
 * - Completes: never.
 * - Errors: when an extension, or the lease that is read after a failed one, shows that the lease has ended. Other failures are retried.
 * - Unsubscribing: aborts the extension in flight.
 *
 * ```text
 * extend             (e|)    (e|)    (e|)
 * keepAlive  --------e-------e-------e---
 * ```
 *
 * @param lease - The lease at the time of the subscription.
 */
export const keepAlive = <E extends LeaseTime>(
  lease: LeaseTime,
  extend: Observable<E>,
  { isOver, read = EMPTY, onRetry }: KeepAliveOptions<E>,
): Observable<E> =>
  defer(() => {
    let expiresAt = 0;
    let failures = 0;
    const setExpiry = ({ remaining = DEFAULT_LEASE }: LeaseTime): void => {
      expiresAt = asyncScheduler.now() + remaining;
    };
    const delay = (): number => {
      const remaining = expiresAt - asyncScheduler.now();
      if (failures > 0 && remaining <= 0) return EXPIRED_INTERVAL;
      return Math.min(MAX_INTERVAL, Math.max(MIN_INTERVAL, remaining / 3));
    };
    setExpiry(lease);
    /** Emits nothing, unless the failure means that the lease has ended. */
    const ignoreUnlessOver = (thrown: unknown): Observable<never> =>
      isContentLibraryError(thrown) && !isOver(thrown) ? EMPTY : throwError(() => thrown);
    const attempt$ = extend.pipe(
      tap((extension) => {
        failures = 0;
        setExpiry(extension);
      }),
      catchError((thrown: unknown): Observable<undefined> =>
        concat(
          ignoreUnlessOver(thrown),
          read.pipe(tap(setExpiry), ignoreElements(), catchError(ignoreUnlessOver)),
          defer(() => {
            failures += 1;
            onRetry?.({ attempt: failures, delay: delay(), error: thrown as ContentLibraryError });
            return of(undefined);
          }),
        ),
      ),
    );
    const next$ = defer(() => timer(delay())).pipe(concatMap(() => attempt$));
    return next$.pipe(
      expand(() => next$),
      filter((extension) => extension !== undefined),
    );
  });
