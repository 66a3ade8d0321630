/** Detects that a download session has ended, and why. A poll of its files alone gets a bare 404, or does not change at all. */

import { asyncScheduler, catchError, defer, forkJoin, map, switchMap, throwError, type MonoTypeOperatorFunction } from 'rxjs';
import type { VCenter } from '../connection/vcenter.ts';
import { getDownloadSession } from '../endpoints/download-session.ts';
import { ApiError, isUnknownRoute, LeaseError } from '../errors/index.ts';
import type { DownloadSessionModel } from '../model/download-session.ts';

/** Milliseconds between two checks of the session beside a poll: the files of a cancelled session do not change. */
const SESSION_CHECK_INTERVAL = 120_000;

/** Returns the error for a session that was cancelled or has failed; otherwise `undefined`. */
export const sessionEndError = (sessionId: string, { state, error_message }: DownloadSessionModel): LeaseError | undefined => {
  if (state === 'CANCELED')
    return new LeaseError({ downloadSessionId: sessionId, ending: 'cancelled', reason: 'it was cancelled' });
  if (state !== 'ERROR') return undefined;
  const serverMessage = error_message?.default_message ?? 'the server sent no reason';
  return new LeaseError({ downloadSessionId: sessionId, ending: 'failed', reason: `it has failed (${serverMessage})` });
};

/**
 * Creates an operator for the polls of a session's files. Use it for polls that run one after the other.
 *
 * - Emits: as the poll.
 * - Completes: as the poll.
 * - Errors: {@link LeaseError} if the session has ended; otherwise as the poll. The session is read when the error of a poll may mean its
 *   end, and every two minutes.
 * - Unsubscribing: aborts the requests in flight.
 */
export const errorOnSessionEnd = (vc: VCenter, sessionId: string): (<A>() => MonoTypeOperatorFunction<A>) => {
  const session$ = getDownloadSession(vc, sessionId);
  let checkedAt = asyncScheduler.now();
  const throwIfEnded = (session: DownloadSessionModel): void => {
    checkedAt = asyncScheduler.now();
    const end = sessionEndError(sessionId, session);
    if (end !== undefined) throw end;
  };
  return <A>() =>
    (poll: Parameters<MonoTypeOperatorFunction<A>>[0]) =>
      defer(() =>
        Math.abs(asyncScheduler.now() - checkedAt) < SESSION_CHECK_INTERVAL
          ? poll
          : forkJoin([poll, session$]).pipe(
              map(([response, session]) => {
                throwIfEnded(session);
                return response;
              }),
            ),
      ).pipe(
        catchError((thrown: unknown) => {
          if (isSessionGone(thrown)) return throwError(() => sessionGoneError(sessionId, thrown));
          if (!(thrown instanceof ApiError) || thrown.error_type !== 'NOT_ALLOWED_IN_CURRENT_STATE')
            return throwError(() => thrown);
          return session$.pipe(
            switchMap((session) => {
              throwIfEnded(session);
              return throwError(() => thrown);
            }),
          );
        }),
      );
};

/** Returns true if the error means that the server has no such session. */
export const isSessionGone = (thrown: unknown): thrown is ApiError =>
  thrown instanceof ApiError && thrown.error_type === 'NOT_FOUND' && !isUnknownRoute(thrown);

/** Creates the error for a session that no longer exists. */
export const sessionGoneError = (sessionId: string, cause: unknown): LeaseError =>
  new LeaseError({ downloadSessionId: sessionId, reason: 'it has expired or was deleted' }, { cause });
