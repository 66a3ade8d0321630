/** The one login of a connection: opened for whoever needs it first, renewed when it has ended, logout at last. */

import {
  asyncScheduler,
  catchError,
  concatMap,
  defer,
  map,
  of,
  shareReplay,
  Subject,
  takeUntil,
  tap,
  throwError,
  throwIfEmpty,
  timeout,
  type Observable,
} from 'rxjs';
import { call, type ApiClient } from '../http/call.ts';
import { ApiError, AuthenticationError, TimeoutError } from '../errors/index.ts';
import { SESSION_CLEANUP_TIMEOUT, CLEANUP_TIMEOUT } from './cleanup-timeouts.ts';
import { deleteSessionOperation, sessionHeader, openApiSession, type ApiSession, type CredentialsSource } from './login.ts';
import type { Dialect } from '../http/operation.ts';

/** A login that is shared. */
export interface SharedLogin {
  /** Logs in, unless another subscription already did. */
  readonly apiSession$: Observable<ApiSession>;
  /** Sends a request with the login. A 401 leads to one new login, shared by all that met it, and the request is repeated once. */
  readonly withSession: <A>(request: (session: ApiSession) => Observable<A>) => Observable<A>;
  /**
   * Ends the login, unless its session id was given by the user. A login in progress is waited for, then ended.
   *
   * @param idle$ - Emits when no work needs the login any more; waited for within the time limit of the clean-up.
   */
  readonly logout: (idle$: Observable<unknown>) => Observable<void>;
}

/** Describes it; nothing is sent before somebody needs it. */
export const sharedLogin = (line: ApiClient, dialect: Dialect | 'auto', credentials: CredentialsSource): SharedLogin => {
  let login$: Observable<ApiSession> | undefined;
  let session: ApiSession | undefined;
  /** Emits when a login has been waited for long enough. */
  const giveUp$ = new Subject<void>();

  const forget = (used: ApiSession | undefined): void => {
    if (session === used) login$ = session = undefined;
  };

  // Not tied to its subscribers: a login cut off half-way would leave a session on the server that nobody knows of.
  const apiSession$ = defer(
    () =>
      (login$ ??= openApiSession(line, dialect, credentials).pipe(
        takeUntil(giveUp$),
        throwIfEmpty(() => new TimeoutError({ operation: 'cis.Session.create', timeout: SESSION_CLEANUP_TIMEOUT })),
        tap({
          next: (opened) => {
            session = opened;
          },
          error: () => forget(undefined),
        }),
        shareReplay({ bufferSize: 1, refCount: false }),
      )),
  );

  const withSession = <A>(request: (session: ApiSession) => Observable<A>): Observable<A> => {
    const ended = (thrown: unknown): Observable<A> =>
      throwError(() => (isUnauthenticated(thrown) ? expired(line.server, thrown) : thrown));
    const tryWith = (first: ApiSession): Observable<A> =>
      request(first).pipe(
        catchError((thrown: unknown) => {
          if (!isUnauthenticated(thrown) || (first.isExternal && typeof credentials !== 'function')) return ended(thrown);
          forget(first);
          return apiSession$.pipe(concatMap(request), catchError(ended));
        }),
      );
    // Nearly every call finds the login there, and a poll that comes four times a second need not go through all that made it.
    return defer(() => (session === undefined ? apiSession$.pipe(concatMap(tryWith)) : tryWith(session)));
  };

  const logout = (idle$: Observable<unknown>): Observable<void> =>
    defer(() => {
      const begun = asyncScheduler.now();
      const until = (time: number): number => Math.max(0, begun + time - asyncScheduler.now());
      const abandon = (): Observable<undefined> => {
        giveUp$.next();
        return of(undefined);
      };
      const opened$ = defer(() => login$ ?? of(undefined));
      return idle$.pipe(
        timeout({ first: SESSION_CLEANUP_TIMEOUT, with: () => of(undefined) }),
        concatMap(() => opened$.pipe(timeout({ first: until(SESSION_CLEANUP_TIMEOUT), with: abandon }))),
        catchError(() => of(undefined)),
        concatMap((opened) => {
          if (opened === undefined || opened.isExternal) return of(undefined);
          forget(opened);
          return call(line, opened.dialect, deleteSessionOperation, {}, sessionHeader(opened)).pipe(
            timeout({ first: until(CLEANUP_TIMEOUT), with: () => of(undefined) }),
            catchError((thrown: unknown) => (isUnauthenticated(thrown) ? of(undefined) : throwError(() => thrown))),
          );
        }),
        map(() => undefined),
      );
    });

  return { apiSession$, withSession, logout };
};

const isUnauthenticated = (thrown: unknown): thrown is ApiError =>
  thrown instanceof ApiError && thrown.error_type === 'UNAUTHENTICATED';

const expired = (server: string, { messages }: ApiError): AuthenticationError =>
  new AuthenticationError({
    server,
    reason: 'the API session was refused: it has ended, or never was one of this server. Log in again.',
    messages,
  });
