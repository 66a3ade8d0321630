/** Logs in, and detects the dialect of the server. */

import * as t from 'io-ts';
import {
  catchError,
  concat,
  defer,
  from,
  ignoreElements,
  isObservable,
  map,
  of,
  onErrorResumeNextWith,
  switchMap,
  take,
  throwError,
  timeout,
  type Observable,
} from 'rxjs';
import { ApiError, AuthenticationError } from '../errors/index.ts';
import type { Dialect, Operation } from '../http/operation.ts';
import { sendOperation, type ApiClient } from '../http/send.ts';
import { nothing, type Codec } from '../model/codec.ts';
import { SessionInfo } from '../model/session.ts';
import { CLEANUP_TIMEOUT } from './cleanup-timeouts.ts';

/** A user and a password, or the id of an open API session, which this library never logs out. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly sessionId: string };

/** Credentials, or a function that returns or emits them. It is called at every login, so that it can renew them or prompt. */
export type CredentialsSource = Credentials | (() => Credentials | PromiseLike<Credentials> | Observable<Credentials>);

/** An open API session. */
export interface ApiSession {
  readonly dialect: Dialect;
  readonly sessionId: string;
  /** True if the caller passed its id: it is never logged out. */
  readonly isExternal: boolean;
}

/** Valid in a header. The platform's error for other values would contain the session id. */
const HEADER_VALUE = /^[\x21-\x7e]+$/;

/** Decodes the id of an API session. */
const SessionId: Codec<string> = new t.Type(
  'a session id',
  (value): value is string => typeof value === 'string' && HEADER_VALUE.test(value),
  (value, context) => (SessionId.is(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
);

/**
 * Returns the credentials if they are valid.
 *
 * @throws TypeError if not; its message never contains them.
 */
export const validCredentials = (credentials: Credentials): Credentials => {
  const value: unknown = credentials;
  if (typeof value !== 'object' || value === null || !('sessionId' in value || ('username' in value && 'password' in value)))
    throw new TypeError(
      'credentials: expected { username, password } or { sessionId }, or a function that returns one of the two',
    );
  if ('sessionId' in value) {
    if (SessionId.is(value.sessionId)) return credentials;
    throw new TypeError(
      'credentials: the sessionId is empty, or contains a space or another character that is invalid in a header',
    );
  }
  if (typeof value.username !== 'string' || value.username === '' || value.username.includes(':'))
    throw new TypeError('credentials: expected a username such as user@vsphere.local, without a colon');
  if (typeof value.password !== 'string') throw new TypeError('credentials: expected a string as password');
  return credentials;
};

/** Returns the header with the API session. */
export const sessionHeader = ({ sessionId }: ApiSession): Readonly<Record<string, string>> => ({
  'vmware-api-session-id': sessionId,
});

const create: Operation<object, string> = {
  name: 'cis.Session.create',
  api: { route: 'POST /api/session' },
  // Without this header the response would also set a cookie.
  rest: { route: 'POST /rest/com/vmware/cis/session', headers: () => ({ 'vmware-use-header-authn': 'true' }) },
  response: SessionId,
  // Every login whose response is lost leaves a session on the server.
  idempotency: 'never',
};

/** Reads the API session, which keeps it alive. */
export const getSessionOperation: Operation<object, SessionInfo> = {
  name: 'cis.Session.get',
  api: { route: 'GET /api/session' },
  rest: { route: 'POST /rest/com/vmware/cis/session?~action=get' },
  response: SessionInfo,
};

/** Ends the API session. */
export const deleteSessionOperation: Operation<object, void> = {
  name: 'cis.Session.delete',
  api: { route: 'DELETE /api/session' },
  rest: { route: 'DELETE /rest/com/vmware/cis/session' },
  response: nothing,
  idempotency: 'always',
};

/**
 * Logs in, or adopts the API session of the credentials.
 *
 * - Emits: the API session.
 * - Completes: after it.
 * - Errors: `AuthenticationError` if the login is rejected, and as {@link sendOperation}.
 * - Unsubscribing: aborts the request.
 *
 * Only 404 and 405 lead from `/api` to `/rest`: 401, 403 and 503 are final, and a second bad password may lock the account.
 */
export const openApiSession = (client: ApiClient, dialect: Dialect | 'auto', source: CredentialsSource): Observable<ApiSession> =>
  credentialsFrom(source).pipe(
    switchMap((credentials) => {
      const [session$, reason] =
        'sessionId' in credentials
          ? [adoptSession(client, dialect, credentials.sessionId), 'the API session is invalid or has expired. Log in again.']
          : [createSession(client, dialect, credentials), WRONG_PASSWORD];
      return session$.pipe(catchError((thrown: unknown) => throwError(() => toLoginError(client.server, reason, thrown))));
    }),
  );

const createSession = (
  client: ApiClient,
  dialect: Dialect | 'auto',
  user: { username: string; password: string },
): Observable<ApiSession> => {
  const logIn = (tried: Dialect): Observable<ApiSession> =>
    defer(() => {
      let candidates: readonly string[] = [];
      const onUndecodable = (headers: Headers, text: string): void => {
        candidates = findSessionIds(headers, text);
      };
      return sendOperation({ ...client, onUndecodable }, tried, create, {}, { authorization: basicAuthorization(user) }).pipe(
        map((sessionId) => ({ dialect: tried, sessionId, isExternal: false })),
        catchError((thrown: unknown) =>
          concat(
            ...candidates.map((sessionId) => deleteCandidate(client, { dialect: tried, sessionId, isExternal: false })),
            throwError(() => thrown),
          ),
        ),
      );
    });
  return dialect === 'auto' ? detectDialect(logIn) : logIn(dialect);
};

const CUT_SESSION_ID = /^\s*(?:\{\s*"value"\s*:\s*)?"([^"\s]+)/;
const SESSION_COOKIE = /\bvmware-api-session-id=([^;,\s]+)/;

/** Returns what may be the id of the session in the response to a login that cannot be decoded, such as JSON that is cut off. */
const findSessionIds = (headers: Headers, text: string): readonly string[] => {
  const inCookie = SESSION_COOKIE.exec(headers.get('set-cookie') ?? '')?.[1];
  const found = [headers.get('vmware-api-session-id'), inCookie, CUT_SESSION_ID.exec(text)?.[1]];
  return [...new Set(found.filter(SessionId.is))];
};

/** Deletes what may be the session of a login that failed. The server refuses an id that is incomplete. */
const deleteCandidate = (client: ApiClient, session: ApiSession): Observable<never> =>
  sendOperation(client, session.dialect, deleteSessionOperation, {}, sessionHeader(session)).pipe(
    timeout({ first: CLEANUP_TIMEOUT }),
    ignoreElements(),
    onErrorResumeNextWith(),
  );

const adoptSession = (client: ApiClient, dialect: Dialect | 'auto', sessionId: string): Observable<ApiSession> => {
  const sessionIn = (tried: Dialect): ApiSession => ({ dialect: tried, sessionId, isExternal: true });
  const probe = (tried: Dialect): Observable<ApiSession> =>
    sendOperation(client, tried, getSessionOperation, {}, sessionHeader(sessionIn(tried))).pipe(map(() => sessionIn(tried)));
  return dialect === 'auto' ? detectDialect(probe) : of(sessionIn(dialect));
};

const detectDialect = (tryWith: (dialect: Dialect) => Observable<ApiSession>): Observable<ApiSession> =>
  tryWith('api').pipe(
    catchError((thrown: unknown) => {
      if (!isMissingRoute(thrown)) return throwError(() => thrown);
      return tryWith('rest').pipe(
        catchError((second: unknown) => throwError(() => (isMissingRoute(second) ? noVCenterError(second) : second))),
      );
    }),
  );

/** Regardless of the message: only the route can be missing at these addresses. */
const isMissingRoute = (thrown: unknown): thrown is ApiError =>
  thrown instanceof ApiError && (thrown.status === 404 || thrown.status === 405);

const noVCenterError = ({ operation, status, error_type, messages, data }: ApiError): ApiError =>
  new ApiError({
    operation,
    status,
    error_type,
    messages,
    data,
    advice: " Neither /api nor /rest is there, so this may not be a vCenter: check the server's address.",
  });

const credentialsFrom = (source: CredentialsSource): Observable<Credentials> =>
  defer(() => {
    const credentials = typeof source === 'function' ? source() : source;
    if (isObservable(credentials)) return credentials.pipe(take(1));
    return typeof credentials === 'object' && credentials !== null && 'then' in credentials ? from(credentials) : of(credentials);
  }).pipe(map(validCredentials));

const WRONG_PASSWORD =
  'the login was rejected. Check the user name (with its domain, as in user@vsphere.local), the password, and the clocks of both machines.';

const toLoginError = (server: string, reason: string, thrown: unknown): unknown =>
  isUnauthenticated(thrown)
    ? new AuthenticationError({ server, operation: thrown.operation, reason, messages: thrown.messages })
    : thrown;

/** Statuses by which a proxy or a network requires a login of its own. */
const PROXY_LOGIN_STATUSES: readonly number[] = [407, 511];

/** Returns true if the server rejected the login or the session. */
export const isUnauthenticated = (thrown: unknown): thrown is ApiError =>
  thrown instanceof ApiError && thrown.error_type === 'UNAUTHENTICATED' && !PROXY_LOGIN_STATUSES.includes(thrown.status);

const basicAuthorization = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${btoa(String.fromCodePoint(...new TextEncoder().encode(`${username}:${password}`)))}`;
