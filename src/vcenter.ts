/** A connection: its options, one shared login, its dialect. */

import {
  BehaviorSubject,
  catchError,
  concatMap,
  defer,
  filter,
  map,
  of,
  shareReplay,
  take,
  tap,
  throwError,
  timeout,
  type Observable,
} from 'rxjs';
import { bracket } from './bracket.ts';
import { ApiError, AuthenticationError } from './errors.ts';
import { end, sessionHeader, signIn, type Access, type CredentialsSource } from './login.ts';
import type { Dialect, Operation } from './route.ts';
import { fetchBody, send, type Body, type Transport } from './vapi.ts';

/** What a connection needs. */
export interface VCenterOptions {
  /** Address of the vCenter: `https://vcenter.example.com`, with a port if it is not 443. */
  readonly server: string | URL;
  /** Who logs in, or the API session to use. */
  readonly credentials: CredentialsSource;
  /**
   * `'api'` from 7.0U2 on, `'rest'` from 6.5 to 8.0; `'auto'` tries `'api'` first and looks at the answer.
   * @default 'auto'
   */
  readonly dialect?: Dialect | 'auto';
  /**
   * The one seam for platforms and tests: `nodeFetch(…)` from `rx-content-library/node`, `simulator.fetch`, or your own.
   * @default globalThis.fetch
   */
  readonly fetch?: typeof globalThis.fetch;
  /**
   * Milliseconds until an answer must have begun; a file's bytes may take as long as they like after that.
   * @default 60_000
   */
  readonly timeout?: number;
}

/** @internal The key of what a connection can do: not for users, who call the endpoints. */
export const wire: unique symbol = Symbol('wire');

/** For the compiler alone: an object that happens to have a `server` is no connection. */
declare const made: unique symbol;

/** A connection to a vCenter. Made by {@link vcenter}; nothing is sent before something subscribes. */
export interface VCenter {
  readonly [made]: true;
  /** Origin of the server. */
  readonly server: string;
  /** @internal */
  readonly [wire]: Wire;
}

/** @internal What the endpoints and the streams ask of a connection. Closures: whoever prints one sees no secret. */
export interface Wire {
  /** The shared login. */
  readonly access$: Observable<Access>;
  call<I extends object, A>(operation: Operation<I, A>, input: I): Observable<A>;
  /** The bytes at an address that vCenter gave; `patience` is in milliseconds until the first of them. */
  open(url: string, operation: string, patience: number): Observable<Body>;
  /** Says that something has begun which a logout has to wait for, until the function it answers is called. */
  hold(): () => void;
  readonly logout$: Observable<void>;
}

/** Time for what a logout has to wait for, in milliseconds. */
const graceTime = 5000;

/**
 * Describes a connection; does no I/O. The first subscription to any of its endpoints logs in, and all share that login. A 401 logs
 * in once more and replays the request once.
 *
 * @throws TypeError if `server` is no http(s) address, or holds a password.
 */
export const vcenter = (options: VCenterOptions): VCenter => {
  const transport: Transport = {
    server: originOf(options.server),
    // Looked up at each call, so that whoever replaces it later (a test, an instrumentation) is heard.
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
    timeout: options.timeout ?? 60_000,
  };
  let login$: Observable<Access> | undefined;
  let access: Access | undefined;
  const held$ = new BehaviorSubject(0);

  const forget = (used: Access | undefined): void => {
    if (access === used) login$ = access = undefined;
  };

  // Not tied to its subscribers: a login cut off half-way would leave a session on the server that nobody knows of.
  const access$ = defer(
    () =>
      (login$ ??= signIn(transport, options.dialect ?? 'auto', options.credentials).pipe(
        tap({
          next: (opened) => {
            access = opened;
          },
          error: () => forget(undefined),
        }),
        shareReplay({ bufferSize: 1, refCount: false }),
      )),
  );

  const authorized = <A>(request: (access: Access) => Observable<A>): Observable<A> =>
    access$.pipe(
      concatMap((first) =>
        request(first).pipe(
          catchError((thrown: unknown) => {
            if (!isUnauthenticated(thrown)) return throwError(() => thrown);
            if (first.given && typeof options.credentials !== 'function')
              return throwError(() => expired(transport.server, thrown));
            forget(first);
            return access$.pipe(concatMap(request));
          }),
        ),
      ),
      catchError((thrown: unknown) => throwError(() => (isUnauthenticated(thrown) ? expired(transport.server, thrown) : thrown))),
    );

  return {
    server: transport.server,
    [wire]: {
      access$,
      call: (operation, input) =>
        authorized((opened) => send(transport, opened.dialect, operation, input, sessionHeader(opened))),
      open: (url, operation, patience) =>
        authorized((opened) => {
          // The address alone opens the file on a real vCenter; the session's id must never reach another host.
          const headers = new URL(url).origin === transport.server ? sessionHeader(opened) : {};
          return fetchBody({ ...transport, timeout: patience }, url, operation, headers);
        }),
      hold: () => {
        held$.next(held$.value + 1);
        return () => held$.next(held$.value - 1);
      },
      logout$: defer(() => {
        const quiet$ = held$.pipe(
          filter((held) => held === 0),
          take(1),
          timeout({ first: graceTime, with: () => of(0) }),
        );
        return quiet$.pipe(
          concatMap(() => login$ ?? of(undefined)),
          timeout({ first: 2 * graceTime, with: () => of(undefined) }),
          catchError(() => of(undefined)),
          concatMap((opened) => {
            if (opened === undefined || opened.given) return of(undefined);
            forget(opened);
            return send(transport, opened.dialect, end, {}, sessionHeader(opened)).pipe(
              timeout({ first: graceTime, with: () => of(undefined) }),
              catchError((thrown: unknown) => (isUnauthenticated(thrown) ? of(undefined) : throwError(() => thrown))),
            );
          }),
          map(() => undefined),
        );
      }),
    },
  } as VCenter;
};

/**
 * A connection for the time of one stream.
 *
 * - Emits: what `use` emits. - Completes: when `use` has, after the logout.
 * - Errors: with what `use` errored with, after the logout.
 * - Unsubscribing: unsubscribes from `use`, then logs out once what it left to clean up is done (five seconds at the most).
 */
export const withVCenter = <A>(options: VCenterOptions, use: (vc: VCenter) => Observable<A>): Observable<A> =>
  bracket({ acquire: defer(() => of(vcenter(options))), use, release: (vc) => vc[wire].logout$ });

const isUnauthenticated = (thrown: unknown): thrown is ApiError =>
  thrown instanceof ApiError && thrown.error_type === 'UNAUTHENTICATED';

const expired = (server: string, { messages }: ApiError): AuthenticationError =>
  new AuthenticationError({
    server,
    reason: 'the API session was refused: it has ended, or never was one of this server. Log in again.',
    messages,
  });

const originOf = (server: string | URL): string => {
  const address = URL.canParse(server) ? new URL(server) : undefined;
  if (address === undefined || !['https:', 'http:'].includes(address.protocol))
    throw new TypeError('server: expected an address such as https://vcenter.example.com');
  if (address.username !== '' || address.password !== '')
    throw new TypeError('server: the address holds a user name or password; give them as credentials instead');
  return address.origin;
};
