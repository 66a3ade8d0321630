/** Whether a download session is over, and how: what a poll tells of it is a bare 404, or nothing at all. */

import { asyncScheduler, catchError, defer, forkJoin, map, switchMap, throwError, type MonoTypeOperatorFunction } from 'rxjs';
import { getDownloadSession } from '../endpoints/download-session.ts';
import { ApiError, isUnknownRoute, LeaseError } from '../errors/index.ts';
import type { DownloadSessionModel } from '../model/download-session.ts';
import type { VCenter } from '../connection/vcenter.ts';

/** Milliseconds after which a poll of files also looks at their session: the files of a cancelled session look as they did before. */
const SESSION_CHECK_INTERVAL = 120_000;

/** The error that says how a session ended, if it has. */
export const sessionEndError = (sessionId: string, { state, error_message }: DownloadSessionModel): LeaseError | undefined => {
  if (state === 'CANCELED')
    return new LeaseError({ downloadSessionId: sessionId, ending: 'cancelled', reason: 'it was cancelled' });
  if (state !== 'ERROR') return undefined;
  const said = error_message?.default_message ?? 'the server sent no reason';
  return new LeaseError({ downloadSessionId: sessionId, ending: 'failed', reason: `it has failed (${said})` });
};

/**
 * Makes an operator for the polls of a session's files, which come one after the other.
 *
 * - Emits and completes: as the poll.
 * - Errors: {@link LeaseError} if the session is over, which is asked for where a refusal may mean that, and every two minutes; otherwise as
 *   the poll.
 * - Unsubscribing: aborts the requests in flight.
 */
export const errorOnSessionEnd = (vc: VCenter, sessionId: string): (<A>() => MonoTypeOperatorFunction<A>) => {
  const session$ = getDownloadSession(vc, sessionId);
  let checkedAt = asyncScheduler.now();
  const checkSession = (session: DownloadSessionModel): void => {
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
              map(([answer, session]) => {
                checkSession(session);
                return answer;
              }),
            ),
      ).pipe(
        catchError((thrown: unknown) => {
          if (isSessionGone(thrown)) return throwError(() => sessionGoneError(sessionId, thrown));
          if (!(thrown instanceof ApiError) || thrown.error_type !== 'NOT_ALLOWED_IN_CURRENT_STATE')
            return throwError(() => thrown);
          return session$.pipe(
            switchMap((session) => {
              checkSession(session);
              return throwError(() => thrown);
            }),
          );
        }),
      );
};

/** Whether a refusal says that there is no such session. */
export const isSessionGone = (thrown: unknown): thrown is ApiError =>
  thrown instanceof ApiError && thrown.error_type === 'NOT_FOUND' && !isUnknownRoute(thrown);

/** The error for a session that is not there any more. */
export const sessionGoneError = (sessionId: string, cause: unknown): LeaseError =>
  new LeaseError({ downloadSessionId: sessionId, reason: 'it has expired, or somebody has deleted it' }, { cause });
