/** The lease of a download session: how long it is good for, and how it is extended. */

import { catchError, concatMap, defer, forkJoin, map, of, type Observable } from 'rxjs';
import { getDownloadSession, keepDownloadSessionAlive } from '../endpoints/download-session.ts';
import { getSession } from '../endpoints/session.ts';
import { endOf, untilLeaseEnds } from '../watching/lease-end.ts';
import type { Extension } from './lease.ts';
import type { VCenter } from '../connection/vcenter.ts';

/** How a lease stands. */
export interface LeaseState extends Extension {
  /** Until when it is good, by the server's clock, ISO 8601; `undefined` where the server does not say. */
  readonly expires: string | undefined;
  /** Of the item when the session was created. */
  readonly contentVersion: string | undefined;
}

/**
 * Reads how the lease stands, and keeps the API session alive by the same: vCenter tells in it what time it is.
 *
 * - Emits: once. - Completes: after it. - Errors: `LeaseError` where the session is over, and as requests do.
 * - Unsubscribing: aborts them.
 */
export const leaseOf = (vc: VCenter, sessionId: string): Observable<LeaseState> =>
  forkJoin({
    session: getDownloadSession(vc, sessionId).pipe(untilLeaseEnds(vc, sessionId)()),
    // The lease matters more: without the server's clock it is extended by the usual length of a lease.
    api: getSession(vc).pipe(catchError(() => of(undefined))),
  }).pipe(
    map(({ session, api }) => {
      const end = endOf(sessionId, session);
      if (end !== undefined) throw end;
      const expires = session.expiration_time;
      const remaining = Date.parse(expires ?? '') - Date.parse(api?.last_accessed_time ?? '');
      return {
        remaining: Number.isNaN(remaining) ? undefined : remaining,
        expires,
        contentVersion: session.library_item_content_version,
      };
    }),
  );

/**
 * Extends the lease.
 *
 * @param progress - 0 to 100, asked for at each subscription; `undefined` where it is not known.
 */
export const extended = (vc: VCenter, sessionId: string, progress: () => number | undefined): Observable<LeaseState> =>
  defer(() => {
    const now = progress();
    return keepDownloadSessionAlive(vc, sessionId, now === undefined ? {} : { progress: now }).pipe(
      untilLeaseEnds(vc, sessionId)(),
      concatMap(() => leaseOf(vc, sessionId)),
    );
  });
