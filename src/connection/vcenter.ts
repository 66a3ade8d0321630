/** A connection: one shared login, and what goes through it. */

import { BehaviorSubject, defer, filter, of, take, type Observable } from 'rxjs';
import { bracket } from '../operators/bracket.ts';
import { call, type ApiClient } from '../http/call.ts';
import { rewriteHost } from './file-address.ts';
import { resolveOptions, type VCenterOptions } from './options.ts';
import { sessionHeader, type ApiSession } from './login.ts';
import { pinnedFetchFor } from './pinned-fetch.ts';
import type { TransferEndpoint } from '../model/transfer.ts';
import type { RangeRequest } from '../http/byte-range.ts';
import type { RetryNotice } from '../http/retry.ts';
import type { Operation } from '../http/operation.ts';
import { serverClock } from './server-clock.ts';
import { sharedLogin } from './shared-login.ts';
import { fetchBody, type Body } from '../http/send.ts';

export type { VCenterOptions } from './options.ts';

/** @internal The key of what a connection can do: not for users, who call the endpoints. */
export const internals: unique symbol = Symbol('internals');

/** For the compiler alone: an object that happens to have a `server` is no connection. */
declare const brand: unique symbol;

/** A connection to a vCenter. Made by {@link vcenter}; nothing is sent before something subscribes. */
export interface VCenter {
  readonly [brand]: true;
  /** Origin of the server. */
  readonly server: string;
  /** @internal */
  readonly [internals]: VCenterInternals;
}

/** @internal How one operation is called. */
export interface CallOptions {
  /**
   * Whether what fails in passing is tried again, where the operation allows it.
   * @default true
   */
  readonly retried?: boolean;
  /** Told before each pause, besides whom the connection tells. */
  readonly onRetry?: (retry: RetryNotice) => void;
}

/** @internal What the endpoints and the streams ask of a connection. Closures: whoever prints one sees no secret. */
export interface VCenterInternals {
  /** The shared login. */
  readonly apiSession$: Observable<ApiSession>;
  /** When the last answer was made, by the server's clock, in milliseconds since 1970; `undefined` where answers do not tell. */
  readonly serverTime: () => number | undefined;
  call<I extends object, A>(operation: Operation<I, A>, input: I, options?: CallOptions): Observable<A>;
  /** The bytes at an address that vCenter gave, from the wanted one on; `patience` is in milliseconds until the first of them. */
  open(endpoint: TransferEndpoint, operation: string, patience: number, wanted: RangeRequest): Observable<Body>;
  /** Whether the API session may be shown where an address that vCenter gave really leads. */
  readonly isSameOrigin: (uri: string) => boolean;
  /** Says that something has begun which a logout has to wait for, until the function it answers is called. */
  beginWork(): () => void;
  readonly logout$: Observable<void>;
}

/**
 * Describes a connection; does no I/O. The first subscription to any of its endpoints logs in, and all share that login. A 401 logs
 * in once more and replays the request once.
 *
 * @throws TypeError if an option cannot be: a `server` that is no http(s) address or holds a password, a negative `timeout` …
 */
export const vcenter = (options: VCenterOptions): VCenter => {
  const clock = serverClock();
  const line: ApiClient = { ...resolveOptions(options), onHeaders: clock.observe };
  const reachable = rewriteHost(options.downloadHost);
  const { apiSession$, withSession, logout } = sharedLogin(line, options.dialect ?? 'auto', options.credentials);
  const pendingWork$ = new BehaviorSubject(0);

  const isOwn = (uri: string): boolean => new URL(uri).origin === line.server;

  return {
    server: line.server,
    [internals]: {
      apiSession$,
      serverTime: clock.last,
      call: (operation, input, { retried = true, onRetry } = {}) => {
        const chosen = retried ? addRetryListener(line, onRetry) : { ...line, retry: undefined };
        return withSession((opened) => call(chosen, opened.dialect, operation, input, sessionHeader(opened)));
      },
      open: (endpoint, operation, patience, wanted) =>
        withSession((opened) => {
          const reached = reachable(endpoint);
          // The address alone opens the file on a real vCenter; the session's id must never reach another host.
          const headers = isOwn(reached.uri) ? sessionHeader(opened) : {};
          const transport = { ...line, fetch: pinnedFetchFor(line.fetch, reached, operation), timeout: patience };
          return fetchBody(transport, reached.uri, operation, headers, wanted);
        }),
      isSameOrigin: (uri) => isOwn(reachable({ uri }).uri),
      beginWork: () => {
        pendingWork$.next(pendingWork$.value + 1);
        return () => pendingWork$.next(pendingWork$.value - 1);
      },
      logout$: logout(
        pendingWork$.pipe(
          filter((held) => held === 0),
          take(1),
        ),
      ),
    },
  } as VCenter;
};

const addRetryListener = (line: ApiClient, onRetry: CallOptions['onRetry']): ApiClient => {
  const { retry } = line;
  if (retry === undefined || onRetry === undefined) return line;
  const notify = (told: RetryNotice): void => {
    retry.onRetry(told);
    onRetry(told);
  };
  return { ...line, retry: { ...retry, onRetry: notify } };
};

/** @internal The same connection, with the same login, which tells of its retries here, too. */
export const withRetryListener = (vc: VCenter, onRetry: (retry: RetryNotice) => void): VCenter =>
  ({
    ...vc,
    [internals]: {
      ...vc[internals],
      call: (operation, input, options) => vc[internals].call(operation, input, { ...options, onRetry }),
    },
  }) satisfies VCenter;

/** @internal The same connection, with the same login, whose calls are tried once: for polls, which have a budget of their own. */
export const withoutRetry = (vc: VCenter): VCenter =>
  ({
    ...vc,
    [internals]: { ...vc[internals], call: (operation, input) => vc[internals].call(operation, input, { retried: false }) },
  }) satisfies VCenter;

/**
 * A connection for the time of one stream.
 *
 * - Emits: what `use` emits. - Completes: when `use` has, after the logout.
 * - Errors: with what `use` errored with, after the logout.
 * - Unsubscribing: unsubscribes from `use`, then logs out once what it left to clean up is done (five seconds at the most).
 */
export const withVCenter = <A>(options: VCenterOptions, use: (vc: VCenter) => Observable<A>): Observable<A> =>
  bracket({ acquire: defer(() => of(vcenter(options))), use, release: (vc) => vc[internals].logout$ });
