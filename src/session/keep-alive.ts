/** Keeps a lease alive for as long as somebody needs it. */

import { asyncScheduler, catchError, concatMap, defer, expand, filter, of, tap, throwError, timer, type Observable } from 'rxjs';
import { isTransient } from '../errors/index.ts';

/** A lease that was extended. */
export interface LeaseTime {
  /** Milliseconds that it is still good for, both ends taken from the server's clock; `undefined` where the server does not say. */
  readonly remaining: number | undefined;
}

/** Milliseconds that vCenter gives a lease where it does not say otherwise. */
const DEFAULT_LEASE = 5 * 60_000;

/** Milliseconds; the lease may be shortened by somebody else, and two missed turns must not lose it. */
const longestPause = 60_000;

/** Milliseconds; a lease that is nearly over is not saved by asking without a pause. */
const shortestPause = 250;

/**
 * Extends a lease, again and again, each time a third of what is left of it later, and at least once a minute.
 *
 * - Emits: every extension.
 * - Completes: never.
 * - Errors: as `extend` does. Only what may pass is tried again, for as long as the lease is good without it.
 * - Unsubscribing: aborts the extension in flight.
 *
 * ```text
 * extend          (e|)    (e|)    (e|)
 * lease   --------e-------e-------e---
 * ```
 *
 * @param known - How long it is good for now.
 */
export const keepAlive = <E extends LeaseTime>(known: LeaseTime, extend: Observable<E>): Observable<E> =>
  defer(() => {
    let expiresAt = 0;
    const setExpiry = ({ remaining = DEFAULT_LEASE }: LeaseTime): void => {
      expiresAt = asyncScheduler.now() + remaining;
    };
    setExpiry(known);
    const attempt$ = extend.pipe(
      tap((extension) => setExpiry(extension)),
      catchError((thrown: unknown): Observable<undefined> =>
        isTransient(thrown) && asyncScheduler.now() < expiresAt ? of(undefined) : throwError(() => thrown),
      ),
    );
    const next$ = defer(() =>
      timer(Math.min(longestPause, Math.max(shortestPause, (expiresAt - asyncScheduler.now()) / 3))),
    ).pipe(concatMap(() => attempt$));
    return next$.pipe(
      expand(() => next$),
      filter((extension) => extension !== undefined),
    );
  });
