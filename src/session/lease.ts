/** The lease of a download session: how long it is good for, and how it is extended. */

import { catchError, concatMap, defer, map, of, type Observable } from 'rxjs';
import { getDownloadSession, keepDownloadSessionAlive } from '../endpoints/download-session.ts';
import { getSession } from '../endpoints/session.ts';
import { sessionEndError, errorOnSessionEnd } from './session-end.ts';
import type { LeaseTime } from './keep-alive.ts';
import { internals, type VCenter } from '../connection/vcenter.ts';

/** How a lease stands. */
export interface LeaseState extends LeaseTime {
  /** Until when it is good, by the server's clock, ISO 8601; `undefined` where the server does not say. */
  readonly expires: string | undefined;
  /** Of the item when the session was created. */
  readonly contentVersion: string | undefined;
}

/**
 * Reads how the lease stands.
 *
 * - Emits: once. - Completes: after it. - Errors: `LeaseError` where the session is over, and as requests do.
 * - Unsubscribing: aborts them.
 */
export const readLease = (vc: VCenter, sessionId: string): Observable<LeaseState> =>
  toLeaseState(
    vc,
    sessionId,
    defer(() => {
      const serverTime = vc[internals].serverTime();
      return serverTime === undefined ? serverTimeFromSession(vc) : of(serverTime);
    }),
  );

/**
 * Extends the lease, and that of the login.
 *
 * @param progress - 0 to 100, asked for at each subscription; `undefined` where it is not known.
 */
export const extendLease = (vc: VCenter, sessionId: string, progress: () => number | undefined): Observable<LeaseState> =>
  defer(() => {
    const now = progress();
    return keepDownloadSessionAlive(vc, sessionId, now === undefined ? {} : { progress: now }).pipe(
      errorOnSessionEnd(vc, sessionId)(),
      concatMap(() => toLeaseState(vc, sessionId, serverTimeFromSession(vc))),
    );
  });

/** vCenter tells in a login what time it is, and asking for that is what keeps it alive. The lease matters more: it may fail. */
const serverTimeFromSession = (vc: VCenter): Observable<number | undefined> =>
  getSession(vc).pipe(
    map(({ last_accessed_time }) => Date.parse(last_accessed_time)),
    catchError(() => of(undefined)),
  );

const toLeaseState = (vc: VCenter, sessionId: string, serverTime$: Observable<number | undefined>): Observable<LeaseState> =>
  getDownloadSession(vc, sessionId).pipe(
    errorOnSessionEnd(vc, sessionId)(),
    concatMap((session) => {
      const end = sessionEndError(sessionId, session);
      if (end !== undefined) throw end;
      const expires = session.expiration_time;
      return serverTime$.pipe(
        map((now = NaN) => {
          const remaining = Date.parse(expires ?? '') - now;
          return {
            remaining: Number.isNaN(remaining) ? undefined : remaining,
            expires,
            contentVersion: session.library_item_content_version,
          };
        }),
      );
    }),
  );
