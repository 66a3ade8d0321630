/** The lease of a download session: reads when it expires, and extends it. */

import { catchError, concatMap, defer, map, of, type Observable } from 'rxjs';
import { internals, type VCenter } from '../connection/vcenter.ts';
import { getDownloadSession, keepDownloadSessionAlive } from '../endpoints/download-session.ts';
import { getSession } from '../endpoints/session.ts';
import type { LeaseTime } from './keep-alive.ts';
import { errorOnSessionEnd, sessionEndError } from './session-end.ts';

/** The state of a lease. */
export interface LeaseState extends LeaseTime {
  /** When the lease expires, by the server's clock, as ISO 8601; `undefined` if the server does not state it. */
  readonly expires: string | undefined;
  /** Content version of the item when the session was created. */
  readonly contentVersion: string | undefined;
}

/**
 * Reads the lease.
 *
 * - Emits: once.
 * - Completes: after it.
 * - Errors: `LeaseError` if the session has ended, and as requests do.
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
 * - Emits: once, the extended lease.
 * - Completes: after it.
 * - Errors: `LeaseError` if the session has ended, and as requests do.
 * - Unsubscribing: aborts them.
 *
 * @param progress - Returns the progress of the download to report, 0 to 100, or `undefined` if it is unknown. Called at each subscription.
 */
export const extendLease = (vc: VCenter, sessionId: string, progress: () => number | undefined): Observable<LeaseState> =>
  defer(() => {
    const percentage = progress();
    return keepDownloadSessionAlive(vc, sessionId, percentage === undefined ? {} : { progress: percentage }).pipe(
      errorOnSessionEnd(vc, sessionId)(),
      concatMap(() => toLeaseState(vc, sessionId, serverTimeFromSession(vc))),
    );
  });

/**
 * Reads the API session, which has the server's time; reading it also keeps the login alive. Failures are ignored: without the time,
 * the default length of a lease is assumed.
 */
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
        map((serverTime = NaN) => {
          const remaining = Date.parse(expires ?? '') - serverTime;
          return {
            remaining: Number.isNaN(remaining) ? undefined : remaining,
            expires,
            contentVersion: session.library_item_content_version,
          };
        }),
      );
    }),
  );
