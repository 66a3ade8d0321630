/** API sessions (logins) of a simulated vCenter, and when they expire. */

import type { SimulatedUser, SimulatorClock } from '../options/options.ts';
import type { SessionLifetimes } from '../options/scenario.ts';
import type { Ids } from './seeded-random.ts';

/** Milliseconds. */
const DEFAULT_IDLE = 30 * 60_000;

/** Milliseconds. */
const DEFAULT_LIFETIME = 24 * 60 * 60_000;

const DEFAULT_LIMIT = 550;

/** An API session. */
export interface ApiSession {
  /** The token that requests send. */
  readonly id: string;
  readonly user: SimulatedUser;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970. */
  lastAccessedAt: number;
}

/** The API sessions that were neither ended nor have expired. */
export interface ApiSessions {
  /** Maximum number of sessions per user. */
  readonly limit: number;
  readonly open: (user: SimulatedUser) => ApiSession;
  /** Returns the session of a token and extends it. */
  readonly use: (id: string) => ApiSession | undefined;
  /** Returns the session of a token without extending it. */
  readonly find: (id: string) => ApiSession | undefined;
  readonly close: (session: ApiSession) => void;
  readonly all: () => readonly ApiSession[];
  /** Returns the number of sessions of a user, or of all users. */
  readonly count: (user?: SimulatedUser) => number;
}

/** Creates an empty set of API sessions. */
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
    all: active,
    count: (user) => active().filter((session) => user === undefined || session.user.username === user.username).length,
  };
};
