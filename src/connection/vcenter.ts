/** A connection to a vCenter: one shared login, and the requests that use it. */

import {
  BehaviorSubject,
  catchError,
  defer,
  filter,
  identity,
  of,
  take,
  throwError,
  type MonoTypeOperatorFunction,
  type Observable,
} from 'rxjs';
import { invalidOptionError } from '../errors/invalid-option-error.ts';
import type { RangeRequest } from '../http/byte-range.ts';
import { fetchBody, type FileBody } from '../http/fetch-body.ts';
import type { Operation } from '../http/operation.ts';
import type { RetryNotice } from '../http/retry.ts';
import { sendOperation, type ApiClient } from '../http/send.ts';
import type { TransferEndpoint } from '../model/transfer.ts';
import { bracket } from '../operators/bracket.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { pinnedFetchFor, rewriteHost } from './file-url.ts';
import { sessionHeader, type ApiSession } from './login.ts';
import { resolveOptions, type VCenterOptions } from './options.ts';
import { createPageClosedRequests } from './page-closed.ts';
import { createSharedLogin, toAuthenticationError } from './shared-login.ts';
import { untilAborted } from './until-closed.ts';

export type { VCenterOptions } from './options.ts';

/** @internal The key of a connection's internal operations: users call the endpoints instead. */
export const internals: unique symbol = Symbol('internals');

/** Exists for the compiler only: another object with a `server` is not a connection. */
declare const brand: unique symbol;

/** A connection to a vCenter. Created by {@link vcenter}; it sends nothing before a subscription. */
export interface VCenter {
  readonly [brand]: true;
  /** Address of the server: its origin, and its path if it has one. */
  readonly server: string;
  /** @internal */
  readonly [internals]: VCenterInternals;
}

/**
 * @internal Returns the internal operations of a connection.
 *
 * @throws TypeError if the argument is no connection.
 */
export const internalsOf = (vc: VCenter): VCenterInternals => {
  const value: unknown = vc;
  if (typeof value === 'object' && value !== null && internals in value) return vc[internals];
  throw invalidOptionError('vc', 'a connection, as vcenter() of this copy of the library returns it', value);
};

/** @internal Options of one call. */
export interface CallOptions {
  /**
   * True if transient failures are retried, as far as the operation allows it.
   * @default true
   */
  readonly retried?: boolean;
  /** Called before each delay, in addition to the connection's `onRetry`. */
  readonly onRetry?: (retry: RetryNotice) => void;
  /**
   * True if it is sent after the connection was closed, as long as there is a login.
   * @default false
   */
  readonly isCleanup?: boolean;
  /**
   * True if it is completed although the page is closed meanwhile.
   * @default false
   */
  readonly keepalive?: boolean;
  /**
   * Milliseconds without a response after which the call errors, if it is less than the connection's own limits.
   * @default the connection's `timeout`, for each attempt
   */
  readonly limit?: number;
}

/** @internal What endpoints and streams need of a connection. Functions, so that a printed connection shows no secret. */
export interface VCenterInternals {
  /** Emits the shared login. */
  readonly apiSession$: Observable<ApiSession>;
  /** Returns the server's time at its last response, in milliseconds since 1970; `undefined` if no response had a `Date`. */
  readonly serverTime: () => number | undefined;
  /** Sends an operation with the shared login. */
  call<I extends object, A>(operation: Operation<I, A>, input: I, options?: CallOptions): Observable<A>;
  /**
   * Fetches bytes of the file at an endpoint.
   *
   * @param operation - Names the request in errors.
   * @param timeout - Milliseconds until the response must have started.
   *
   * A 401 that a new login did not cure is an `ApiError`: the server of the file refuses, whatever the login.
   */
  open(endpoint: TransferEndpoint, operation: string, timeout: number, range: RangeRequest): Observable<FileBody>;
  /** Returns true if the link is below the address of this server, which therefore may receive the API session. */
  readonly isOwnLink: (uri: string) => boolean;
  /** False if streams emit the first response only. */
  readonly isPolling: boolean;
  /** Returns an operator that errors when the connection is closed. */
  readonly untilClosed: <A>(operation: string) => MonoTypeOperatorFunction<A>;
  /** Adds a request that is sent with {@link CallOptions.keepalive} when the page is closed; returns the function that removes it. */
  onPageClosed(send: () => void): () => void;
  /** Registers work that `logout$` waits for; returns the function that ends it. */
  beginWork(): () => void;
  /** Ends the shared login. */
  readonly logout$: Observable<void>;
}

/**
 * Creates a connection; does no I/O. The first subscription to any of its endpoints logs in, and all share that login. After a 401 the
 * connection logs in once more and repeats the request once.
 *
 * @throws TypeError if an option is invalid: a `server` that is not an HTTP(S) address or contains a password, a negative `timeout` …
 */
export const vcenter = (options: VCenterOptions): VCenter => {
  const clock = createServerClock();
  const client: ApiClient = { ...resolveOptions(options), onHeaders: clock.observe };
  const rewrite = rewriteHost(options.downloadHost);
  const pendingWork$ = new BehaviorSubject(0);
  const trackPendingWork = (): (() => void) => {
    pendingWork$.next(pendingWork$.value + 1);
    return () => pendingWork$.next(pendingWork$.value - 1);
  };
  const pageClosed = createPageClosedRequests();
  const { apiSession$, withSession, logout } = createSharedLogin({
    client,
    dialect: options.dialect ?? 'auto',
    credentials: options.credentials,
    beginWork: trackPendingWork,
    onPageClosed: pageClosed.add,
    signal: options.signal,
  });

  const isBelowServer = (uri: string): boolean => new URL(uri).href.startsWith(`${client.server}/`);

  return {
    server: client.server,
    [internals]: {
      apiSession$: apiSession$.pipe(untilAborted(options.signal, 'cis.Session.create')),
      serverTime: clock.last,
      call: (operation, input, { retried = true, onRetry, isCleanup = false, keepalive, limit } = {}) => {
        const limited = limitWaits(keepalive === true ? { ...client, keepalive } : client, limit);
        const caller = retried ? addRetryListener(limited, onRetry) : { ...limited, retry: undefined };
        return withSession((session) => sendOperation(caller, session.dialect, operation, input, sessionHeader(session))).pipe(
          catchError((thrown: unknown) => throwError(() => toAuthenticationError(client.server, thrown))),
          isCleanup ? identity : untilAborted(options.signal, operation.name),
        );
      },
      open: (endpoint, operation, timeout, range) =>
        defer(() => {
          const rewritten = rewrite(endpoint);
          const transport = { fetch: pinnedFetchFor(client.fetch, rewritten, operation), timeout };
          const fetchWith = (headers: Readonly<Record<string, string>>): Observable<FileBody> =>
            fetchBody(transport, rewritten.uri, operation, headers, range);
          // A real vCenter needs only the URL; another host MUST NOT receive the session id.
          return isBelowServer(rewritten.uri) ? withSession((session) => fetchWith(sessionHeader(session))) : fetchWith({});
        }).pipe(untilAborted(options.signal, operation)),
      isOwnLink: (uri) => isBelowServer(rewrite({ uri }).uri),
      isPolling: options.polling ?? true,
      untilClosed: (operation) => untilAborted(options.signal, operation),
      onPageClosed: pageClosed.add,
      beginWork: trackPendingWork,
      logout$: logout(
        pendingWork$.pipe(
          filter((count) => count === 0),
          take(1),
        ),
      ),
    },
  } as VCenter;
};

/** `Date` has whole seconds. The end of the second is used, so that a lease looks shorter, never longer. */
const DATE_RESOLUTION = 1000;

/** The server's clock, from the `Date` of its responses. Browsers hide that header across origins unless the server exposes it. */
const createServerClock = () => {
  let last: number | undefined;
  return {
    observe: (headers: Headers): void => {
      const date = Date.parse(headers.get('date') ?? '');
      if (!Number.isNaN(date)) last = date + DATE_RESOLUTION;
    },
    last: () => last,
  };
};

const addRetryListener = (client: ApiClient, onRetry: CallOptions['onRetry']): ApiClient => {
  const { retry } = client;
  if (retry === undefined || onRetry === undefined) return client;
  const notifyBoth = (notice: RetryNotice): void => {
    retry.onRetry(notice);
    onRetry(notice);
  };
  return { ...client, retry: { ...retry, onRetry: notifyBoth } };
};

const limitWaits = (client: ApiClient, limit = Infinity): ApiClient => ({
  ...client,
  timeout: Math.min(client.timeout, limit),
  retry: client.retry && { ...client.retry, budget: Math.min(client.retry.budget, limit) },
});

/** Options of {@link withVCenter}. */
export interface WithVCenterOptions {
  /**
   * Called if the logout was refused or got no response in time: the login may stay on the server until it expires. Also called after
   * unsubscribing.
   * @default ignored
   */
  readonly onLogoutFailed?: ((failure: unknown) => void) | undefined;
}

const WITH_VCENTER_OPTIONS: OptionNames<WithVCenterOptions> = { onLogoutFailed: true };

/**
 * Uses a connection for the duration of one stream.
 *
 * - Emits: what `use` emits.
 * - Completes: when `use` has completed, after the logout.
 * - Errors: with the error of `use`, after the logout.
 * - Unsubscribing: unsubscribes from `use`, then logs out as soon as its clean-up is done (after five seconds at most).
 */
export const withVCenter = <A>(
  options: VCenterOptions,
  use: (vc: VCenter) => Observable<A>,
  withOptions: WithVCenterOptions = {},
): Observable<A> =>
  bracket({
    acquire: defer(() => {
      assertKnownOptions(withOptions, WITH_VCENTER_OPTIONS);
      return of(vcenter(options));
    }),
    use,
    release: (vc) => vc[internals].logout$,
    onReleaseFailed: (_, failure) => withOptions.onLogoutFailed?.(failure),
  });
