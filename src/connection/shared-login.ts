/** The login that all calls of a connection share: opened by the first call, renewed after a 401, ended by the logout. */

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
import { ApiError, AuthenticationError, TimeoutError } from '../errors/index.ts';
import type { Dialect } from '../http/operation.ts';
import { sendOperation, type ApiClient } from '../http/send.ts';
import { CLEANUP_TIMEOUT, SESSION_CLEANUP_TIMEOUT } from './cleanup-timeouts.ts';
import { deleteSessionOperation, openApiSession, sessionHeader, type ApiSession, type CredentialsSource } from './login.ts';

/** A shared login. */
export interface SharedLogin {
  /** Emits the login; logs in unless an earlier subscription did. */
  readonly apiSession$: Observable<ApiSession>;
  /** Sends a request with the login. After a 401 it logs in again, once for all requests that failed, and repeats the request once. */
  readonly withSession: <A>(request: (session: ApiSession) => Observable<A>) => Observable<A>;
  /**
   * Ends the login, unless the caller passed its session id. Waits for a login in progress, then ends it.
   *
   * @param idle$ - Emits when no work needs the login any more; waited for within the time limits of the clean-up.
   */
  readonly logout: (idle$: Observable<unknown>) => Observable<void>;
}

/** Creates a shared login; sends nothing before a subscription. */
export const createSharedLogin = (client: ApiClient, dialect: Dialect | 'auto', credentials: CredentialsSource): SharedLogin => {
  let login$: Observable<ApiSession> | undefined;
  let session: ApiSession | undefined;
  /** Emits when the logout stops waiting for a login in progress. */
  const abandoned$ = new Subject<void>();

  /** Clears the login, unless it has been renewed already. */
  const clear = (used: ApiSession | undefined): void => {
    if (session === used) login$ = session = undefined;
  };

  // Not aborted with its subscribers: an aborted login may leave a session on the server whose id is lost.
  const apiSession$ = defer(
    () =>
      (login$ ??= openApiSession(client, dialect, credentials).pipe(
        takeUntil(abandoned$),
        throwIfEmpty(() => new TimeoutError({ operation: 'cis.Session.create', timeout: SESSION_CLEANUP_TIMEOUT })),
        tap({
          next: (opened) => {
            session = opened;
          },
          error: () => clear(undefined),
        }),
        shareReplay({ bufferSize: 1, refCount: false }),
      )),
  );

  const withSession = <A>(request: (session: ApiSession) => Observable<A>): Observable<A> => {
    const fail = (thrown: unknown): Observable<A> =>
      throwError(() => (isUnauthenticated(thrown) ? sessionExpiredError(client.server, thrown) : thrown));
    const tryWith = (first: ApiSession): Observable<A> =>
      request(first).pipe(
        catchError((thrown: unknown) => {
          if (!isUnauthenticated(thrown) || (first.isExternal && typeof credentials !== 'function')) return fail(thrown);
          clear(first);
          return apiSession$.pipe(concatMap(request), catchError(fail));
        }),
      );
    // Fast path: most calls find a session, and polls are sent up to four times a second.
    return defer(() => (session === undefined ? apiSession$.pipe(concatMap(tryWith)) : tryWith(session)));
  };

  const logout = (idle$: Observable<unknown>): Observable<void> =>
    defer(() => {
      const startedAt = asyncScheduler.now();
      const remaining = (limit: number): number => Math.max(0, startedAt + limit - asyncScheduler.now());
      const abandon = (): Observable<undefined> => {
        abandoned$.next();
        return of(undefined);
      };
      const opened$ = defer(() => login$ ?? of(undefined));
      return idle$.pipe(
        timeout({ first: SESSION_CLEANUP_TIMEOUT, with: () => of(undefined) }),
        concatMap(() => opened$.pipe(timeout({ first: remaining(SESSION_CLEANUP_TIMEOUT), with: abandon }))),
        catchError(() => of(undefined)),
        concatMap((opened) => {
          if (opened === undefined || opened.isExternal) return of(undefined);
          clear(opened);
          return sendOperation(client, opened.dialect, deleteSessionOperation, {}, sessionHeader(opened)).pipe(
            timeout({ first: remaining(CLEANUP_TIMEOUT), with: () => of(undefined) }),
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

const sessionExpiredError = (server: string, { messages }: ApiError): AuthenticationError =>
  new AuthenticationError({
    server,
    reason: 'the API session is invalid or has expired. Log in again.',
    messages,
  });
