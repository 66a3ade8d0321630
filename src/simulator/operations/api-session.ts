/** The operations of `cis.Session`: login, its state, logout. */

import type { SessionInfo } from '../../model/index.ts';
import type { Handler } from './handler.ts';
import { tooManySessions } from './refusal.ts';

/** Logs in; answers the token. */
export const createApiSession: Handler = {
  fields: [],
  login: 'basic',
  answer: ({ apiSessions }, user) => {
    const existing = apiSessions.count(user);
    if (existing >= apiSessions.limit) throw tooManySessions(apiSessions.limit, existing, user.username);
    return apiSessions.open(user).id;
  },
};

/** Tells who is logged in. */
export const getApiSession: Handler = {
  fields: [],
  login: 'session',
  answer: (_, { caller }): SessionInfo => ({
    user: caller.user.username,
    created_time: new Date(caller.createdAt).toISOString(),
    last_accessed_time: new Date(caller.lastAccessedAt).toISOString(),
  }),
};

/** Logs out. */
export const deleteApiSession: Handler = {
  fields: [],
  login: 'session',
  answer: (vcenter, { caller }) => vcenter.apiSessions.close(caller),
};
