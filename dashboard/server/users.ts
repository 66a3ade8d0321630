/** The users that are logged in. A browser has a secret in a cookie; the API session of its user stays in this process. */

import { AuthenticationError, vcenter, type VCenter } from 'rx-content-library';
import { createSecret } from './guard.ts';
import { logIn, logOut, type ApiSession, type Target, type UserCredentials } from './vcenter-login.ts';

/** A user of the vCenter. All browsers in which the user has logged in share one API session. */
export interface User {
  readonly username: string;
  /** The API session; `undefined` once it has expired. */
  readonly session: () => ApiSession | undefined;
  /**
   * Called with a session that the vCenter has refused. Resolves with the one to repeat the request with, or with `undefined` if the user
   * has to log in again.
   */
  readonly renew: (refused: ApiSession) => Promise<ApiSession | undefined>;
  /** The connection of exports, which go on after a logout of the browser until they are complete. */
  readonly connection: VCenter;
}

/** All users. */
export interface Users {
  /** Logs in and returns the secret for the cookie. Rejects with the errors of `login`. */
  readonly logIn: (credentials: UserCredentials) => Promise<string>;
  /** Returns the user of a cookie, or that of the server's own login. */
  readonly find: (secret: string | undefined) => User | undefined;
  /** Forgets the cookie at once, and logs out when no browser and no export needs the session. Resolves after that. */
  readonly logOut: (secret: string | undefined) => Promise<void>;
  /** Logs out everywhere. */
  readonly close: () => Promise<void>;
}

/** Options of {@link createUsers}. */
export interface UsersOptions {
  readonly target: Target;
  /** The login of the server itself: every request has it. */
  readonly credentials: UserCredentials | undefined;
  /** Returns a promise that resolves when the exports of a user no longer need the session. */
  readonly idle: (user: User) => Promise<void>;
}

interface Entry {
  readonly user: User;
  readonly replace: (session: ApiSession) => ApiSession | undefined;
  readonly expire: () => ApiSession | undefined;
}

/** Creates the list of users. With credentials, it logs in at once, and rejects if that fails. */
export const createUsers = async ({ target, credentials, idle }: UsersOptions): Promise<Users> => {
  const secrets = new Map<string, Entry>();
  const entries = new Map<string, Entry>();
  const logouts = new Set<Promise<void>>();

  const end = async (session: ApiSession | undefined): Promise<void> => {
    if (session === undefined) return;
    const logout = logOut(target, session).finally(() => logouts.delete(logout));
    logouts.add(logout);
    await logout;
  };
  const forget = (entry: Entry): void => {
    for (const [secret, owner] of secrets) if (owner === entry) secrets.delete(secret);
  };
  const open = async (given: UserCredentials): Promise<Entry> => {
    const session = await logIn(target, given);
    const known = entries.get(keyOf(given));
    if (known !== undefined) {
      await end(known.replace(session));
      return known;
    }
    const entry = createEntry(target, given.username, session, credentials, forget);
    entries.set(keyOf(given), entry);
    return entry;
  };
  const own = credentials === undefined ? undefined : await open(credentials);

  return {
    logIn: async (given) => {
      const entry = await open(given);
      const secret = createSecret();
      secrets.set(secret, entry);
      return secret;
    },
    find: (secret) => (own ?? secrets.get(secret ?? ''))?.user,
    logOut: async (secret = '') => {
      const entry = secrets.get(secret);
      secrets.delete(secret);
      const isNeeded = (): boolean => [...secrets.values()].some((other) => other === entry);
      if (entry === undefined || isNeeded()) return;
      await idle(entry.user);
      if (isNeeded() || entries.get(keyOf(entry.user)) !== entry) return;
      entries.delete(keyOf(entry.user));
      await end(entry.expire());
    },
    close: async () => {
      secrets.clear();
      for (const entry of entries.values()) void end(entry.expire());
      entries.clear();
      await Promise.all(logouts);
    },
  };
};

/** VMware's user names are the same in upper and lower case. */
const keyOf = ({ username }: { readonly username: string }): string => username.toLowerCase();

const createEntry = (
  target: Target,
  username: string,
  first: ApiSession,
  credentials: UserCredentials | undefined,
  forget: (entry: Entry) => void,
): Entry => {
  let session: ApiSession | undefined = first;
  let login: Promise<ApiSession> | undefined;
  const renew = async (refused: ApiSession): Promise<ApiSession | undefined> => {
    if (session !== refused) return session;
    if (credentials === undefined) {
      session = undefined;
      forget(entry);
      return undefined;
    }
    // One login for all requests that were refused.
    login ??= logIn(target, credentials).finally(() => {
      login = undefined;
    });
    session = await login;
    return session;
  };
  let used: ApiSession | undefined;
  // The library calls this again after a 401.
  const credentialsOfExports = async (): Promise<{ sessionId: string }> => {
    used = used !== undefined && used === session ? await renew(used) : session;
    if (used !== undefined) return { sessionId: used.sessionId };
    throw new AuthenticationError({
      server: target.server,
      operation: 'cis.Session.create',
      reason: 'the login has expired. Log in to the dashboard again, then retry the export.',
      messages: [],
    });
  };
  const user: User = {
    username,
    session: () => session,
    renew,
    connection: vcenter({ ...target, dialect: first.dialect, credentials: credentialsOfExports }),
  };
  const entry: Entry = {
    user,
    replace: (next) => {
      const replaced = session;
      session = next;
      return replaced;
    },
    expire: () => {
      const expired = session;
      session = undefined;
      return expired;
    },
  };
  return entry;
};
