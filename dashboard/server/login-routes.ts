/** `POST /login` and `POST /logout`. */

import { Hono } from 'hono';
import { isContentLibraryError } from 'rx-content-library';
import type { CookieWriter } from './guard.ts';
import { readJsonObject } from './read-body.ts';
import { refusal } from './refusal.ts';
import type { Users } from './users.ts';

/** The cookie of a login. */
export const LOGIN_COOKIE = 'login';

/** Bytes. */
const MAX_BODY = 16 * 1024;

/** What the routes depend on. */
export interface LoginRoutesOptions {
  /** `undefined`: the page simulates a vCenter. */
  readonly users: Users | undefined;
  readonly cookies: CookieWriter;
  /** True if the server has its own login. */
  readonly hasCredentials: boolean;
  readonly log: (line: string) => void;
}

/** Creates the routes. */
export const createLoginRoutes = ({ users, cookies, hasCredentials, log }: LoginRoutesOptions): Hono => {
  const app = new Hono();
  app.post('/login', async (context) => {
    if (users === undefined) return refusal(404, 'There is no vCenter to log in to: the page simulates one.');
    if (hasCredentials) return refusal(409, 'The dashboard has its own login.');
    const { username, password } = (await readJsonObject(context.req.raw, MAX_BODY)) ?? {};
    if (typeof username !== 'string' || typeof password !== 'string')
      return refusal(400, 'Expected JSON with a username and a password.');
    try {
      const secret = await users.logIn({ username, password });
      log('A user has logged in.');
      return new Response(null, { status: 204, headers: { 'set-cookie': cookies.write(LOGIN_COOKIE, secret) } });
    } catch (thrown) {
      if (thrown instanceof TypeError) return refusal(400, thrown.message);
      if (!isContentLibraryError(thrown)) throw thrown;
      log(`A login failed: ${thrown._tag}.`);
      return Response.json(
        { message: thrown.message, error: thrown },
        { status: thrown._tag === 'AuthenticationError' ? 401 : 502 },
      );
    }
  });
  app.post('/logout', async (context) => {
    // Not awaited: exports may need the session for hours.
    void users?.logOut(cookies.read(context.req.raw, LOGIN_COOKIE));
    return new Response(null, { status: 204, headers: { 'set-cookie': cookies.write(LOGIN_COOKIE, '') } });
  });
  return app;
};
