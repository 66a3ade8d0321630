/** The operations of `cis.Session`: login, its state, logout. */

import type { SessionInfo } from '../../model.ts';
import type { Handler } from './handler.ts';

/** Logs in; answers the token. */
export const createApiSession: Handler = { login: 'basic', answer: (vcenter, user) => vcenter.apiSessions.open(user).id };

/** Tells who is logged in. */
export const getApiSession: Handler = {
  login: 'session',
  answer: (_, { caller }): SessionInfo => ({
    user: caller.user.username,
    created_time: new Date(caller.createdAt).toISOString(),
    last_accessed_time: new Date(caller.lastAccessedAt).toISOString(),
  }),
};

/** Logs out. */
export const deleteApiSession: Handler = {
  login: 'session',
  answer: (vcenter, { caller }) => vcenter.apiSessions.close(caller),
};
