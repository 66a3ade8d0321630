/** The one login of a connection: opened for whoever needs it first, renewed when it has ended, closed at last. */

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
import { call, type Line } from './call.ts';
import { ApiError, AuthenticationError, TimeoutError } from '../errors.ts';
import { cleanUpTime, graceTime } from './grace.ts';
import { end, sessionHeader, signIn, type Access, type CredentialsSource } from './login.ts';
import type { Dialect } from './route.ts';

/** A login that is shared. */
export interface SharedLogin {
  /** Logs in, unless somebody has. */
  readonly access$: Observable<Access>;
  /** Makes a request with it. A 401 logs in once more, for all who met it, and repeats the request once. */
  readonly authorized: <A>(request: (access: Access) => Observable<A>) => Observable<A>;
  /**
   * Ends it, unless it was given by the user. One that is under way is waited for, and undone.
   *
   * @param quiet$ - Emits when nothing needs it any more; that is waited for, too, but for no longer than there is time.
   */
  readonly closed: (quiet$: Observable<unknown>) => Observable<void>;
}

/** Describes it; nothing is sent before somebody needs it. */
export const sharedLogin = (line: Line, dialect: Dialect | 'auto', credentials: CredentialsSource): SharedLogin => {
  let login$: Observable<Access> | undefined;
  let access: Access | undefined;
  /** Emits when a login has been waited for long enough. */
  const abandoned$ = new Subject<void>();

  const forget = (used: Access | undefined): void => {
    if (access === used) login$ = access = undefined;
  };

  // Not tied to its subscribers: a login cut off half-way would leave a session on the server that nobody knows of.
  const access$ = defer(
    () =>
      (login$ ??= signIn(line, dialect, credentials).pipe(
        takeUntil(abandoned$),
        throwIfEmpty(() => new TimeoutError({ operation: 'cis.Session.create', timeout: cleanUpTime })),
        tap({
          next: (opened) => {
            access = opened;
          },
          error: () => forget(undefined),
        }),
        shareReplay({ bufferSize: 1, refCount: false }),
      )),
  );

  const authorized = <A>(request: (access: Access) => Observable<A>): Observable<A> => {
    const ended = (thrown: unknown): Observable<A> =>
      throwError(() => (isUnauthenticated(thrown) ? expired(line.server, thrown) : thrown));
    const tryWith = (first: Access): Observable<A> =>
      request(first).pipe(
        catchError((thrown: unknown) => {
          if (!isUnauthenticated(thrown) || (first.given && typeof credentials !== 'function')) return ended(thrown);
          forget(first);
          return access$.pipe(concatMap(request), catchError(ended));
        }),
      );
    // Nearly every call finds the login there, and a poll that comes four times a second need not go through all that made it.
    return defer(() => (access === undefined ? access$.pipe(concatMap(tryWith)) : tryWith(access)));
  };

  const closed = (quiet$: Observable<unknown>): Observable<void> =>
    defer(() => {
      const begun = asyncScheduler.now();
      const until = (time: number): number => Math.max(0, begun + time - asyncScheduler.now());
      const abandon = (): Observable<undefined> => {
        abandoned$.next();
        return of(undefined);
      };
      const opened$ = defer(() => login$ ?? of(undefined));
      return quiet$.pipe(
        timeout({ first: cleanUpTime, with: () => of(undefined) }),
        concatMap(() => opened$.pipe(timeout({ first: until(cleanUpTime), with: abandon }))),
        catchError(() => of(undefined)),
        concatMap((opened) => {
          if (opened === undefined || opened.given) return of(undefined);
          forget(opened);
          return call(line, opened.dialect, end, {}, sessionHeader(opened)).pipe(
            timeout({ first: until(graceTime), with: () => of(undefined) }),
            catchError((thrown: unknown) => (isUnauthenticated(thrown) ? of(undefined) : throwError(() => thrown))),
          );
        }),
        map(() => undefined),
      );
    });

  return { access$, authorized, closed };
};

const isUnauthenticated = (thrown: unknown): thrown is ApiError =>
  thrown instanceof ApiError && thrown.error_type === 'UNAUTHENTICATED';

const expired = (server: string, { messages }: ApiError): AuthenticationError =>
  new AuthenticationError({
    server,
    reason: 'the API session was refused: it has ended, or never was one of this server. Log in again.',
    messages,
  });
