/** One download session after the other: when the lease of one is lost, another takes its place. */

import { concat, defer, EMPTY, onErrorResumeNextWith, retry, takeUntil, throwError, timer, type Observable } from 'rxjs';
import { bracket, type ReleaseReason } from '../operators/bracket.ts';
import { cancelDownloadSession, createDownloadSession, deleteDownloadSession } from '../endpoints/download-session.ts';
import { LeaseError } from '../errors/index.ts';
import { SESSION_CLEANUP_TIMEOUT } from '../connection/cleanup-timeouts.ts';
import { internals, type VCenter } from '../connection/vcenter.ts';

/** What the sessions are for. */
export interface DownloadSessionOptions<A> {
  readonly vc: VCenter;
  readonly itemId: string;
  /** What is done in a session; it errors with `LeaseError` when that is over. */
  readonly use: (sessionId: string) => Observable<A>;
  /** How far the whole is, in bytes; a session that brought it further refills the budget. */
  readonly bytesReceived: () => number;
  /** Told before another session is opened. */
  readonly onLost: () => void;
}

/** Milliseconds before another session is opened: one pause for each in a row that brought nothing. */
const RECONNECT_DELAYS: readonly number[] = [0, 1000, 5000];

/**
 * - Emits: what is done in each session. - Completes: with the first that does, when the session is deleted.
 * - Errors: as creating a session and what is done in it; with `LeaseError` when four in a row were lost and brought nothing, and when
 *   somebody has cancelled one, who will have had a reason. By then the session is cancelled and deleted.
 * - Unsubscribing: cancels and deletes the session; `logout` waits for it.
 */
export const withDownloadSession = <A>({ vc, itemId, use, bytesReceived, onLost }: DownloadSessionOptions<A>): Observable<A> =>
  defer(() => {
    let fruitlessSessions = 0;
    let receivedBefore = 0;
    const session$ = bracket({
      acquire: createDownloadSession(vc, itemId),
      use,
      release: (sessionId, ending) => cancelAndDelete(vc, sessionId, ending),
      releaseTimeout: SESSION_CLEANUP_TIMEOUT,
      onPending: () => vc[internals].beginWork(),
    });
    return session$.pipe(
      retry({
        delay: (thrown: unknown) => {
          if (bytesReceived() > receivedBefore) fruitlessSessions = 0;
          receivedBefore = bytesReceived();
          const pause = RECONNECT_DELAYS[fruitlessSessions];
          if (!(thrown instanceof LeaseError) || thrown.ending !== 'gone' || pause === undefined) return throwError(() => thrown);
          fruitlessSessions += 1;
          onLost();
          return timer(pause);
        },
      }),
    );
  });

/**
 * Whole, or never used: delete. Not whole: cancel first, which kills the addresses of the files and ends transfers that still run. A server
 * that is silent about the one may still do the other.
 */
const cancelAndDelete = (vc: VCenter, sessionId: string, ending: ReleaseReason): Observable<void> => {
  const isClean = ending === 'complete' || ending === 'unused';
  const canceled$ = isClean
    ? EMPTY
    : cancelDownloadSession(vc, sessionId).pipe(takeUntil(timer(SESSION_CLEANUP_TIMEOUT / 2)), onErrorResumeNextWith());
  return concat(canceled$, deleteDownloadSession(vc, sessionId));
};
