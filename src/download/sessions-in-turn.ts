/** One download session after the other: when the lease of one is lost, another takes its place. */

import { concat, defer, EMPTY, onErrorResumeNextWith, retry, takeUntil, throwError, timer, type Observable } from 'rxjs';
import { bracket, type Ending } from '../bracket.ts';
import { cancelDownloadSession, createDownloadSession, deleteDownloadSession } from '../endpoints/download-session.ts';
import { LeaseError } from '../errors.ts';
import { cleanUpTime } from '../connection/grace.ts';
import { wire, type VCenter } from '../connection/vcenter.ts';

/** What the sessions are for. */
export interface SessionsInTurn<A> {
  readonly vc: VCenter;
  readonly itemId: string;
  /** What is done in a session; it errors with `LeaseError` when that is over. */
  readonly use: (sessionId: string) => Observable<A>;
  /** How far the whole is, in bytes; a session that brought it further refills the budget. */
  readonly reached: () => number;
  /** Told before another session is opened. */
  readonly onLost: () => void;
}

/** Milliseconds before another session is opened: one pause for each in a row that brought nothing. */
const pauses: readonly number[] = [0, 1000, 5000];

/**
 * - Emits: what is done in each session. - Completes: with the first that does, when the session is deleted.
 * - Errors: as creating a session and what is done in it; with `LeaseError` when four in a row were lost and brought nothing, and when
 *   somebody has cancelled one, who will have had a reason. By then the session is cancelled and deleted.
 * - Unsubscribing: cancels and deletes the session; `logout` waits for it.
 */
export const sessionsInTurn = <A>({ vc, itemId, use, reached, onLost }: SessionsInTurn<A>): Observable<A> =>
  defer(() => {
    let inVain = 0;
    let before = 0;
    const one$ = bracket({
      acquire: createDownloadSession(vc, itemId),
      use,
      release: (sessionId, ending) => leaveClean(vc, sessionId, ending),
      within: cleanUpTime,
      hold: () => vc[wire].hold(),
    });
    return one$.pipe(
      retry({
        delay: (thrown: unknown) => {
          if (reached() > before) inVain = 0;
          before = reached();
          const pause = pauses[inVain];
          if (!(thrown instanceof LeaseError) || thrown.ending !== 'gone' || pause === undefined) return throwError(() => thrown);
          inVain += 1;
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
const leaveClean = (vc: VCenter, sessionId: string, ending: Ending): Observable<void> => {
  const isClean = ending === 'complete' || ending === 'unused';
  const canceled$ = isClean
    ? EMPTY
    : cancelDownloadSession(vc, sessionId).pipe(takeUntil(timer(cleanUpTime / 2)), onErrorResumeNextWith());
  return concat(canceled$, deleteDownloadSession(vc, sessionId));
};
