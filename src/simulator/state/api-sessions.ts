/** Who is logged in to a simulated vCenter. */

import type { Clock } from '../options/clock.ts';
import type { User } from '../options/user.ts';
import type { Identities } from './identities.ts';

/** One login. */
export interface ApiSession {
  /** The token that is sent with every request. */
  readonly id: string;
  readonly user: User;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970. */
  lastAccessedAt: number;
}

/** The logins that have not been ended. */
export interface ApiSessions {
  readonly open: (user: User) => ApiSession;
  /** Finds a login by its token, and notes that it was used. */
  readonly use: (id: string) => ApiSession | undefined;
  readonly close: (session: ApiSession) => void;
  readonly count: () => number;
}

/** Starts with nobody logged in. */
export const apiSessions = (ids: Identities, clock: Clock): ApiSessions => {
  const sessions = new Map<string, ApiSession>();
  return {
    open: (user) => {
      const session = { id: ids.hex(32), user, createdAt: clock.now(), lastAccessedAt: clock.now() };
      sessions.set(session.id, session);
      return session;
    },
    use: (id) => {
      const session = sessions.get(id);
      if (session !== undefined) session.lastAccessedAt = clock.now();
      return session;
    },
    close: (session) => void sessions.delete(session.id),
    count: () => sessions.size,
  };
};
