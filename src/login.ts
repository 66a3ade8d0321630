/** How a connection comes by an API session, and which dialect the server speaks. */

import * as t from 'io-ts';
import { catchError, defer, from, isObservable, map, of, switchMap, take, throwError, type Observable } from 'rxjs';
import { ApiError, AuthenticationError } from './errors.ts';
import { nothing } from './model/codec.ts';
import { SessionInfo } from './model/session.ts';
import type { Dialect, Operation } from './route.ts';
import { send, type Transport } from './vapi.ts';

/** A user and a password, or the id of an API session that somebody else opened and will end. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly sessionId: string };

/** Credentials, or a function that answers them, now or later: it is asked at every login, so it may renew or prompt. */
export type CredentialsSource = Credentials | (() => Credentials | PromiseLike<Credentials> | Observable<Credentials>);

/** An API session that is open. */
export interface Access {
  readonly dialect: Dialect;
  readonly sessionId: string;
  /** Given by the user, and then never logged out. */
  readonly given: boolean;
}

/** The header that carries an API session. */
export const sessionHeader = ({ sessionId }: Access): Readonly<Record<string, string>> => ({
  'vmware-api-session-id': sessionId,
});

const create: Operation<object, string> = {
  name: 'cis.Session.create',
  api: { route: 'POST /api/session' },
  // Without this header the answer would also set a cookie.
  rest: { route: 'POST /rest/com/vmware/cis/session', headers: () => ({ 'vmware-use-header-authn': 'true' }) },
  answer: t.string,
};

/** Reads the API session. */
export const get: Operation<object, SessionInfo> = {
  name: 'cis.Session.get',
  api: { route: 'GET /api/session' },
  rest: { route: 'POST /rest/com/vmware/cis/session?~action=get' },
  answer: SessionInfo,
};

/** Ends the API session. */
export const end: Operation<object, void> = {
  name: 'cis.Session.delete',
  api: { route: 'DELETE /api/session' },
  rest: { route: 'DELETE /rest/com/vmware/cis/session' },
  answer: nothing,
};

/**
 * Opens an API session, or takes up the one that was given.
 *
 * Only 404 and 405 lead from `/api` to `/rest`: 401, 403 and 503 are answers, and a second bad password may lock the account.
 */
export const signIn = (transport: Transport, dialect: Dialect | 'auto', source: CredentialsSource): Observable<Access> =>
  credentialsFrom(source).pipe(
    switchMap((credentials) =>
      'sessionId' in credentials ? takeUp(transport, dialect, credentials.sessionId) : open(transport, dialect, credentials),
    ),
    catchError((thrown: unknown) => throwError(() => refusedLogin(transport.server, thrown))),
  );

const open = (
  transport: Transport,
  dialect: Dialect | 'auto',
  user: { username: string; password: string },
): Observable<Access> => {
  const logIn = (chosen: Dialect): Observable<Access> =>
    send(transport, chosen, create, {}, { authorization: basic(user) }).pipe(
      map((sessionId) => ({ dialect: chosen, sessionId, given: false })),
    );
  return dialect === 'auto' ? firstDialect(logIn) : logIn(dialect);
};

const takeUp = (transport: Transport, dialect: Dialect | 'auto', sessionId: string): Observable<Access> => {
  const access = (chosen: Dialect): Access => ({ dialect: chosen, sessionId, given: true });
  const probe = (chosen: Dialect): Observable<Access> =>
    send(transport, chosen, get, {}, sessionHeader(access(chosen))).pipe(map(() => access(chosen)));
  return dialect === 'auto' ? firstDialect(probe) : of(access(dialect));
};

const firstDialect = (tryWith: (dialect: Dialect) => Observable<Access>): Observable<Access> =>
  tryWith('api').pipe(
    catchError((thrown: unknown) =>
      thrown instanceof ApiError && (thrown.status === 404 || thrown.status === 405) ? tryWith('rest') : throwError(() => thrown),
    ),
  );

const credentialsFrom = (source: CredentialsSource): Observable<Credentials> =>
  defer(() => {
    const credentials = typeof source === 'function' ? source() : source;
    if (isObservable(credentials)) return credentials.pipe(take(1));
    return 'then' in credentials ? from(credentials) : of(credentials);
  });

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
