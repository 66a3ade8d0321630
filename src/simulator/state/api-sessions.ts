/** Who is logged in to a simulated vCenter, and until when. */

import type { SimulatedUser, SimulatorClock } from '../options/options.ts';
import type { SessionLifetimes } from '../options/scenario.ts';
import type { Ids } from './seeded-random.ts';

/** Milliseconds. */
const DEFAULT_IDLE = 30 * 60_000;

/** Milliseconds. */
const DEFAULT_LIFETIME = 24 * 60 * 60_000;

const DEFAULT_LIMIT = 550;

/** One login. */
export interface ApiSession {
  /** The token that is sent with every request. */
  readonly id: string;
  readonly user: SimulatedUser;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970. */
  lastAccessedAt: number;
}

/** The logins that were neither ended nor have expired. */
export interface ApiSessions {
  /** How many a user may have. */
  readonly limit: number;
  readonly open: (user: SimulatedUser) => ApiSession;
  /** Finds a login by its token, and notes that it was used. */
  readonly use: (id: string) => ApiSession | undefined;
  /** Finds a login by its token; it does not live any longer for that. */
  readonly find: (id: string) => ApiSession | undefined;
  readonly close: (session: ApiSession) => void;
  /** How many there are of one user, or of all. */
  readonly count: (user?: SimulatedUser) => number;
}

/** Starts with nobody logged in. */
export const createApiSessions = (ids: Ids, clock: SimulatorClock, leases: SessionLifetimes = {}): ApiSessions => {
  const { apiSessionIdle = DEFAULT_IDLE, apiSession = DEFAULT_LIFETIME, apiSessionsPerUser = DEFAULT_LIMIT } = leases;
  const sessions = new Map<string, ApiSession>();
  const find = (id: string): ApiSession | undefined => {
    const session = sessions.get(id);
    if (session === undefined) return undefined;
    const now = clock.now();
    if (now < Math.min(session.lastAccessedAt + apiSessionIdle, session.createdAt + apiSession)) return session;
    sessions.delete(id);
    return undefined;
  };
  const active = () => [...sessions.keys()].map(find).filter((session) => session !== undefined);
  return {
    limit: apiSessionsPerUser,
    open: (user) => {
      const session = { id: ids.hex(32), user, createdAt: clock.now(), lastAccessedAt: clock.now() };
      sessions.set(session.id, session);
      return session;
    },
    use: (id) => {
      const session = find(id);
      if (session !== undefined) session.lastAccessedAt = clock.now();
      return session;
    },
    find,
    close: (session) => void sessions.delete(session.id),
    count: (user) => active().filter((session) => user === undefined || session.user.username === user.username).length,
  };
};
