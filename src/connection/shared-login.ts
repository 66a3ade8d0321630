/** The login that all calls of a connection share: opened by the first call, renewed after a 401, ended by the logout. */

import {
  asyncScheduler,
  catchError,
  concatMap,
  defer,
  finalize,
  map,
  of,
  onErrorResumeNextWith,
  shareReplay,
  Subject,
  takeUntil,
  tap,
  throwError,
  throwIfEmpty,
  timeout,
  type Observable,
} from 'rxjs';
import { AuthenticationError, TimeoutError } from '../errors/index.ts';
import { authorityOf } from '../http/authority.ts';
import type { Dialect } from '../http/operation.ts';
import { sendOperation, type ApiClient } from '../http/send.ts';
import { CLEANUP_TIMEOUT, SESSION_CLEANUP_TIMEOUT } from './cleanup-timeouts.ts';
import {
  deleteSessionOperation,
  getSessionOperation,
  isUnauthenticated,
  openApiSession,
  sessionHeader,
  type ApiSession,
  type CredentialsSource,
} from './login.ts';
import { closedError } from './until-closed.ts';

/** A shared login. */
export interface SharedLogin {
  /** Emits the login; logs in unless an earlier subscription did. */
  readonly apiSession$: Observable<ApiSession>;
  /**
   * Sends a request with the login. After a 401 it logs in again, once for all requests that failed, deletes the session that is replaced,
   * and repeats the request once. If an earlier repetition was refused too, it logs in again only if the session has ended.
   */
  readonly withSession: <A>(request: (session: ApiSession) => Observable<A>) => Observable<A>;
  /**
   * Ends the login, unless the caller passed its session id. Waits for a login in progress, then ends it.
   *
   * @param idle$ - Emits when no work needs the login any more; waited for within the time limits of the clean-up.
   */
  readonly logout: (idle$: Observable<unknown>) => Observable<void>;
}

/** Options of {@link createSharedLogin}. */
export interface SharedLoginOptions {
  readonly client: ApiClient;
  readonly dialect: Dialect | 'auto';
  readonly credentials: CredentialsSource;
  /** Registers work that the logout waits for; returns the function that ends it. */
  readonly beginWork: () => () => void;
  /** Adds a request that is sent when the page is closed; returns the function that removes it. */
  readonly onPageClosed: (send: () => void) => () => void;
  /** No new login is made after it has aborted. */
  readonly signal: AbortSignal | undefined;
}

/** Creates a shared login; sends nothing before a subscription. */
export const createSharedLogin = ({
  client,
  dialect,
  credentials,
  beginWork,
  onPageClosed,
  signal,
}: SharedLoginOptions): SharedLogin => {
  const host = authorityOf(client.server);
  let login$: Observable<ApiSession> | undefined;
  let session: ApiSession | undefined;
  /** True from a new login until a request that was repeated with it is accepted. */
  let isUntested = false;
  /** Emits when the logout stops waiting for a login in progress. */
  const abandoned$ = new Subject<void>();

  /** Clears the login, unless it has been renewed already. */
  const clear = (used: ApiSession | undefined): void => {
    if (session !== used) return;
    login$ = session = undefined;
    ignorePageClosed();
  };

  let ignorePageClosed = (): void => undefined;
  const setSession = (opened: ApiSession): void => {
    session = opened;
    if (opened.isExternal) return;
    ignorePageClosed = onPageClosed(() => {
      deleteSession({ ...client, retry: undefined, keepalive: true }, opened)
        .pipe(onErrorResumeNextWith())
        .subscribe();
    });
  };

  // Not aborted with its subscribers: an aborted login may leave a session on the server whose id is lost.
  const logIn = (): Observable<ApiSession> =>
    signal?.aborted === true ? throwError(() => closedError('cis.Session.create')) : openApiSession(client, dialect, credentials);
  const apiSession$ = defer(
    () =>
      (login$ ??= logIn().pipe(
        takeUntil(abandoned$),
        throwIfEmpty(() => new TimeoutError({ operation: 'cis.Session.create', timeout: SESSION_CLEANUP_TIMEOUT, host })),
        tap({
          next: setSession,
          error: () => clear(undefined),
        }),
        shareReplay({ bufferSize: 1, refCount: false }),
      )),
  );

  /** The session may be valid: a 401 may also come from the address of a file, or from a service that does not know the session. */
  const deleteReplaced = (replaced: ApiSession): void => {
    const endWork = beginWork();
    deleteSession(client, replaced)
      .pipe(timeout({ first: CLEANUP_TIMEOUT }), onErrorResumeNextWith(), finalize(endWork))
      .subscribe();
  };

  /** Emits the login that replaces one that was refused; logs in unless another request did. */
  const renew = (refused: ApiSession): Observable<ApiSession> =>
    defer(() => {
      if (session === refused) {
        clear(refused);
        isUntested = true;
        if (!refused.isExternal) deleteReplaced(refused);
      }
      return apiSession$;
    });

  /** Emits false if a new login would not help: the session is valid, and a new login before did not help. */
  const needsRenewal = (refused: ApiSession): Observable<boolean> => {
    if (refused.isExternal && typeof credentials !== 'function') return of(false);
    if (session !== refused || !isUntested) return of(true);
    return sendOperation(client, refused.dialect, getSessionOperation, {}, sessionHeader(refused)).pipe(
      map(() => false),
      catchError((thrown: unknown) => of(isUnauthenticated(thrown))),
    );
  };

  const withSession = <A>(request: (session: ApiSession) => Observable<A>): Observable<A> => {
    const setAccepted = (): void => {
      isUntested = false;
    };
    const repeat = (renewed: ApiSession): Observable<A> =>
      request(renewed).pipe(tap({ next: setAccepted, error: (thrown: unknown) => isUnauthenticated(thrown) || setAccepted() }));
    const tryWith = (first: ApiSession): Observable<A> =>
      request(first).pipe(
        catchError((thrown: unknown) => {
          if (!isUnauthenticated(thrown)) return throwError(() => thrown);
          return needsRenewal(first).pipe(
            concatMap((isNeeded) => (isNeeded ? renew(first).pipe(concatMap(repeat)) : throwError(() => thrown))),
          );
        }),
      );
    // Fast path: most calls find a session, and polls are sent up to four times a second.
    return defer(() => (session === undefined ? apiSession$.pipe(concatMap(tryWith)) : tryWith(session)));
  };

  const logout = (idle$: Observable<unknown>): Observable<void> =>
    defer(() => {
      const startedAt = asyncScheduler.now();
      const remaining = (limit: number): number => Math.max(0, startedAt + limit - asyncScheduler.now());
      const lateError = (operation: string) => throwError(() => new TimeoutError({ operation, timeout: CLEANUP_TIMEOUT, host }));
      const abandon = (): Observable<never> => {
        abandoned$.next();
        return lateError('cis.Session.create');
      };
      // A login that failed needs no logout.
      const opened$ = defer(() => login$ ?? of(undefined)).pipe(catchError(() => of(undefined)));
      return idle$.pipe(
        timeout({ first: SESSION_CLEANUP_TIMEOUT, with: () => of(undefined) }),
        concatMap(() => opened$.pipe(timeout({ first: remaining(SESSION_CLEANUP_TIMEOUT), with: abandon }))),
        concatMap((opened) => {
          if (opened === undefined || opened.isExternal) return of(undefined);
          clear(opened);
          return deleteSession(client, opened).pipe(
            timeout({ first: remaining(CLEANUP_TIMEOUT), with: () => lateError('cis.Session.delete') }),
          );
        }),
        map(() => undefined),
      );
    });

  return { apiSession$, withSession, logout };
};

/** Deletes an API session. One that has ended is not an error. */
const deleteSession = (client: ApiClient, session: ApiSession): Observable<void> =>
  sendOperation(client, session.dialect, deleteSessionOperation, {}, sessionHeader(session)).pipe(
    catchError((thrown: unknown) => (isUnauthenticated(thrown) ? of(undefined) : throwError(() => thrown))),
  );

/** Converts a 401 that a new login did not cure into an `AuthenticationError`. */
export const toAuthenticationError = (server: string, thrown: unknown): unknown =>
  isUnauthenticated(thrown)
    ? new AuthenticationError({
        server,
        operation: thrown.operation,
        reason: 'the API session is invalid or has expired. Log in again.',
        messages: thrown.messages,
      })
    : thrown;
