/** The operations of `cis.Session`: login, its state, logout. */

import type { SessionInfo } from '../../model/index.ts';
import type { OperationHandler } from './define-operation.ts';
import { tooManySessions } from './vapi-error.ts';

/** Logs in; answers the token. */
export const createApiSession: OperationHandler = {
  fields: [],
  login: 'basic',
  handle: ({ apiSessions }, user) => {
    const existing = apiSessions.count(user);
    if (existing >= apiSessions.limit) throw tooManySessions(apiSessions.limit, existing, user.username);
    return apiSessions.open(user).id;
  },
};

/** Tells who is logged in. */
export const getApiSession: OperationHandler = {
  fields: [],
  login: 'session',
  handle: (_, { caller }): SessionInfo => ({
    user: caller.user.username,
    created_time: new Date(caller.createdAt).toISOString(),
    last_accessed_time: new Date(caller.lastAccessedAt).toISOString(),
  }),
};

/** Logs out. */
export const deleteApiSession: OperationHandler = {
  fields: [],
  login: 'session',
  handle: (vcenter, { caller }) => vcenter.apiSessions.close(caller),
};
