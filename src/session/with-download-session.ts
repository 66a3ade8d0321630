/** Runs work in a download session, and replaces the session when it is lost. */

import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  onErrorResumeNextWith,
  retry,
  takeUntil,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { SESSION_CLEANUP_TIMEOUT } from '../connection/cleanup-timeouts.ts';
import { forCleanup, forClosedPage } from '../connection/derived-connection.ts';
import { internals, type VCenter } from '../connection/vcenter.ts';
import { cancelDownloadSession, createDownloadSession, deleteDownloadSession } from '../endpoints/download-session.ts';
import { LeaseError } from '../errors/index.ts';
import { bracket, type ReleaseReason } from '../operators/bracket.ts';
import { isSessionGone } from './error-on-session-end.ts';

/** Options of {@link withDownloadSession}. */
export interface DownloadSessionOptions<A> {
  readonly vc: VCenter;
  readonly itemId: string;
  /** The work in a session. Errors with `LeaseError` when the session has ended. */
  readonly use: (sessionId: string) => Observable<A>;
  /** Returns the number of bytes received by all sessions so far. A session that received bytes resets the retries. */
  readonly bytesReceived: () => number;
  /** Called before a new session replaces a lost one. */
  readonly onLost: () => void;
  /**
   * Called if a session could not be deleted: it stays on the server until it expires. Also called after unsubscribing; without an id if
   * the server has not responded to the creation.
   */
  readonly onNotDeleted: (sessionId: string | undefined, failure: unknown) => void;
}

/** Milliseconds before each new session, as long as the lost ones received no bytes. */
const RECONNECT_DELAYS: readonly number[] = [0, 1000, 5000];

/**
 * Creates a download session, uses it, and deletes it; replaces a session that is lost.
 *
 * - Emits: what `use` emits, in each session.
 * - Completes: when `use` has completed and the session is deleted.
 * - Errors: as `use` and the creation of a session do, once the session is cancelled and deleted. `LeaseError` if four sessions in a row
 *   were lost without receiving bytes, or if a session was cancelled or has failed: such a session is not replaced.
 * - Unsubscribing: cancels and deletes the session; `logout` waits for that.
 */
export const withDownloadSession = <A>({
  vc,
  itemId,
  use,
  bytesReceived,
  onLost,
  onNotDeleted,
}: DownloadSessionOptions<A>): Observable<A> =>
  defer(() => {
    // A session that was created must be known, and deleted, also after the connection was closed.
    const cleanup = forCleanup(vc);
    let fruitlessSessions = 0;
    let receivedBefore = 0;
    const session$ = bracket({
      acquire: createDownloadSession(cleanup, itemId),
      use: (sessionId) =>
        defer(() => {
          const remove = vc[internals].onPageClosed(() => {
            deleteDownloadSession(forClosedPage(vc), sessionId).pipe(onErrorResumeNextWith()).subscribe();
          });
          return use(sessionId).pipe(finalize(remove));
        }),
      release: (sessionId, reason) => cancelAndDelete(cleanup, sessionId, reason),
      onReleaseFailed: onNotDeleted,
      releaseTimeout: SESSION_CLEANUP_TIMEOUT,
      onPending: () => vc[internals].beginWork(),
    });
    return session$.pipe(
      retry({
        delay: (thrown: unknown) => {
          if (bytesReceived() > receivedBefore) fruitlessSessions = 0;
          receivedBefore = bytesReceived();
          const delay = RECONNECT_DELAYS[fruitlessSessions];
          if (!(thrown instanceof LeaseError) || thrown.ending !== 'gone' || delay === undefined) return throwError(() => thrown);
          fruitlessSessions += 1;
          onLost();
          return timer(delay);
        },
      }),
    );
  });

/**
 * Deletes the session. If the download is not complete, cancels it first, which invalidates the addresses of the files and ends running
 * transfers. The cancellation gets half of the time only, so that a server that does not respond to it may still delete.
 */
const cancelAndDelete = (vc: VCenter, sessionId: string, reason: ReleaseReason): Observable<void> => {
  const isClean = reason === 'complete' || reason === 'unused';
  const canceled$ = isClean
    ? EMPTY
    : cancelDownloadSession(vc, sessionId).pipe(takeUntil(timer(SESSION_CLEANUP_TIMEOUT / 2)), onErrorResumeNextWith());
  const deleted$ = deleteDownloadSession(vc, sessionId).pipe(
    catchError((thrown: unknown) => (isSessionGone(thrown) ? EMPTY : throwError(() => thrown))),
  );
  return concat(canceled$, deleted$);
};
