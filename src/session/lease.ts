/** The lease of a download session: reads when it expires, and extends it. */

import { catchError, concatMap, defer, map, of, type Observable } from 'rxjs';
import { withoutRetry } from '../connection/derived-connection.ts';
import { internals, type VCenter } from '../connection/vcenter.ts';
import { getDownloadSession, keepDownloadSessionAlive } from '../endpoints/download-session.ts';
import { getSession } from '../endpoints/session.ts';
import { AuthenticationError, LeaseError, type ContentLibraryError } from '../errors/index.ts';
import type { RetryNotice } from '../http/retry.ts';
import { errorOnSessionEnd, sessionEndError } from './error-on-session-end.ts';
import { keepAlive, type LeaseTime } from './keep-alive.ts';

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

/** Options of {@link keepLeaseAlive}. */
export interface KeepLeaseAliveOptions {
  /** Returns the progress of the download to report, 0 to 100, or `undefined` if it is unknown. Called before each extension. */
  readonly progress: () => number | undefined;
  /** Called when an extension failed and will be repeated. */
  readonly onRetry: (retry: RetryNotice) => void;
}

/**
 * Extends the lease, and that of the login, before they expire.
 *
 * - Emits: every extended lease.
 * - Completes: never.
 * - Errors: `LeaseError` if the session has ended, `AuthenticationError` if a login is rejected. Other failures are retried: the session
 *   may be valid, and bytes may flow.
 * - Unsubscribing: aborts the requests.
 *
 * @param lease - The lease at the time of the subscription.
 */
export const keepLeaseAlive = (
  vc: VCenter,
  sessionId: string,
  lease: LeaseState,
  { progress, onRetry }: KeepLeaseAliveOptions,
): Observable<LeaseState> =>
  keepAlive(lease, extendLease(vc, sessionId, progress), {
    isOver,
    read: readLease(withoutRetry(vc), sessionId),
    onRetry: (retry) => onRetry({ operation: KEEP_ALIVE, ...retry }),
  });

/** VMware's name of the operation. */
const KEEP_ALIVE = 'content.library.item.DownloadSession.keep_alive';

/** A rejected login is not repeated: a second bad password may lock the account. */
const isOver = (error: ContentLibraryError): boolean =>
  error instanceof LeaseError || (error instanceof AuthenticationError && error.operation.startsWith('cis.Session.'));

/** Extends the lease once. vCenter refuses a progress that is not greater than the last one, which is 0 at first. */
const extendLease = (vc: VCenter, sessionId: string, progress: () => number | undefined): Observable<LeaseState> => {
  let reported = 0;
  return defer(() => {
    const percentage = progress() ?? 0;
    const options = percentage > reported ? { progress: percentage } : {};
    // Also if the request fails: the server may have stored the progress.
    reported = Math.max(reported, percentage);
    return keepDownloadSessionAlive(vc, sessionId, options).pipe(
      errorOnSessionEnd(vc, sessionId)(),
      concatMap(() => toLeaseState(vc, sessionId, serverTimeFromSession(vc))),
    );
  });
};

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
