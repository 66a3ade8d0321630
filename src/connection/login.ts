/** How a connection comes by an API session, and which dialect the server speaks. */

import * as t from 'io-ts';
import { catchError, defer, from, isObservable, map, of, switchMap, take, throwError, type Observable } from 'rxjs';
import { call, type ApiClient } from '../http/call.ts';
import { ApiError, AuthenticationError } from '../errors/index.ts';
import { nothing, type Codec } from '../model/codec.ts';
import { SessionInfo } from '../model/session.ts';
import type { Dialect, Operation } from '../http/operation.ts';

/** A user and a password, or the id of an API session that somebody else opened and will end. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly sessionId: string };

/** Credentials, or a function that answers them, now or later: it is asked at every login, so it may renew or prompt. */
export type CredentialsSource = Credentials | (() => Credentials | PromiseLike<Credentials> | Observable<Credentials>);

/** An API session that is open. */
export interface ApiSession {
  readonly dialect: Dialect;
  readonly sessionId: string;
  /** Given by the user, and then never logged out. */
  readonly isExternal: boolean;
}

/** What a header can carry. Whoever sends another one is told its value by the platform's error, which must not happen to a session. */
const headerSafe = /^[\x21-\x7e]+$/;

/** The id of an API session. */
const SessionId: Codec<string> = new t.Type(
  'the id of a session',
  (value): value is string => typeof value === 'string' && headerSafe.test(value),
  (value, context) => (SessionId.is(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
);

/**
 * Answers the credentials if they are some.
 *
 * @throws TypeError if not; it never shows them.
 */
export const checkedCredentials = (credentials: Credentials): Credentials => {
  const given: unknown = credentials;
  if (typeof given !== 'object' || given === null || !('sessionId' in given || ('username' in given && 'password' in given)))
    throw new TypeError(
      'credentials: expected { username, password } or { sessionId }, or a function that answers one of the two',
    );
  if ('sessionId' in given) {
    if (SessionId.is(given.sessionId)) return credentials;
    throw new TypeError('credentials: the sessionId is empty, or holds a blank or another character that no header can carry');
  }
  if (typeof given.username !== 'string' || given.username === '' || given.username.includes(':'))
    throw new TypeError('credentials: expected a username such as user@vsphere.local; it cannot hold a colon');
  if (typeof given.password !== 'string') throw new TypeError('credentials: expected a password that is a string');
  return credentials;
};

/** The header that carries an API session. */
export const sessionHeader = ({ sessionId }: ApiSession): Readonly<Record<string, string>> => ({
  'vmware-api-session-id': sessionId,
});

const create: Operation<object, string> = {
  name: 'cis.Session.create',
  api: { route: 'POST /api/session' },
  // Without this header the answer would also set a cookie.
  rest: { route: 'POST /rest/com/vmware/cis/session', headers: () => ({ 'vmware-use-header-authn': 'true' }) },
  response: SessionId,
  // A login whose answer was lost has left a session behind; one more would be left with every attempt.
  idempotency: 'refused',
};

/** Reads the API session. */
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
 * Opens an API session, or takes up the one that was given.
 *
 * Only 404 and 405 lead from `/api` to `/rest`: 401, 403 and 503 are answers, and a second bad password may lock the account.
 */
export const openApiSession = (line: ApiClient, dialect: Dialect | 'auto', source: CredentialsSource): Observable<ApiSession> =>
  credentialsFrom(source).pipe(
    switchMap((credentials) =>
      'sessionId' in credentials ? adoptSession(line, dialect, credentials.sessionId) : open(line, dialect, credentials),
    ),
    catchError((thrown: unknown) => throwError(() => refusedLogin(line.server, thrown))),
  );

const open = (
  line: ApiClient,
  dialect: Dialect | 'auto',
  user: { username: string; password: string },
): Observable<ApiSession> => {
  const logIn = (chosen: Dialect): Observable<ApiSession> =>
    call(line, chosen, create, {}, { authorization: basic(user) }).pipe(
      map((sessionId) => ({ dialect: chosen, sessionId, isExternal: false })),
    );
  return dialect === 'auto' ? detectDialect(logIn) : logIn(dialect);
};

const adoptSession = (line: ApiClient, dialect: Dialect | 'auto', sessionId: string): Observable<ApiSession> => {
  const access = (chosen: Dialect): ApiSession => ({ dialect: chosen, sessionId, isExternal: true });
  const probe = (chosen: Dialect): Observable<ApiSession> =>
    call(line, chosen, getSessionOperation, {}, sessionHeader(access(chosen))).pipe(map(() => access(chosen)));
  return dialect === 'auto' ? detectDialect(probe) : of(access(dialect));
};

const detectDialect = (tryWith: (dialect: Dialect) => Observable<ApiSession>): Observable<ApiSession> =>
  tryWith('api').pipe(
    catchError((thrown: unknown) =>
      // Whatever it says: at these addresses nothing can be missing but the route.
      thrown instanceof ApiError && (thrown.status === 404 || thrown.status === 405) ? tryWith('rest') : throwError(() => thrown),
    ),
  );

const credentialsFrom = (source: CredentialsSource): Observable<Credentials> =>
  defer(() => {
    const credentials = typeof source === 'function' ? source() : source;
    if (isObservable(credentials)) return credentials.pipe(take(1));
    return typeof credentials === 'object' && credentials !== null && 'then' in credentials ? from(credentials) : of(credentials);
  }).pipe(map(checkedCredentials));

const refusedLogin = (server: string, thrown: unknown): unknown =>
  thrown instanceof ApiError && thrown.error_type === 'UNAUTHENTICATED'
    ? new AuthenticationError({
        server,
        reason:
          'the login was refused. Check the user name (with its domain, as in user@vsphere.local), the password, and both clocks.',
        messages: thrown.messages,
      })
    : thrown;

const basic = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${btoa(String.fromCodePoint(...new TextEncoder().encode(`${username}:${password}`)))}`;
