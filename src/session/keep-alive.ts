/** Extends a lease repeatedly, before it expires. */

import { asyncScheduler, catchError, concatMap, defer, expand, filter, of, tap, throwError, timer, type Observable } from 'rxjs';
import { isTransient } from '../errors/index.ts';

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

/**
 * Extends a lease whenever a third of the remaining time has passed, and at least once a minute. Two extensions may thus fail before the
 * lease is lost.
 *
 * - Emits: every extension.
 * - Completes: never.
 * - Errors: as `extend` does. Transient failures are retried until the lease has expired.
 * - Unsubscribing: aborts the extension in flight.
 *
 * ```text
 * extend             (e|)    (e|)    (e|)
 * keepAlive  --------e-------e-------e---
 * ```
 *
 * @param lease - The lease at the time of the subscription.
 */
export const keepAlive = <E extends LeaseTime>(lease: LeaseTime, extend: Observable<E>): Observable<E> =>
  defer(() => {
    let expiresAt = 0;
    const setExpiry = ({ remaining = DEFAULT_LEASE }: LeaseTime): void => {
      expiresAt = asyncScheduler.now() + remaining;
    };
    setExpiry(lease);
    const attempt$ = extend.pipe(
      tap((extension) => setExpiry(extension)),
      catchError((thrown: unknown): Observable<undefined> =>
        isTransient(thrown) && asyncScheduler.now() < expiresAt ? of(undefined) : throwError(() => thrown),
      ),
    );
    const next$ = defer(() => timer(Math.min(MAX_INTERVAL, Math.max(MIN_INTERVAL, (expiresAt - asyncScheduler.now()) / 3)))).pipe(
      concatMap(() => attempt$),
    );
    return next$.pipe(
      expand(() => next$),
      filter((extension) => extension !== undefined),
    );
  });
