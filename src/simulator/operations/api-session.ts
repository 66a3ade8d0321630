/** Operations of `cis.Session`: login, session info and logout. */

import type { SessionInfo } from '../../model/index.ts';
import type { OperationHandler } from './define-operation.ts';
import { tooManySessionsError } from './vapi-error.ts';

/** Logs in; returns the token. */
export const createApiSession: OperationHandler = {
  fields: [],
  login: 'basic',
  handle: ({ apiSessions }, user) => {
    const existing = apiSessions.count(user);
    if (existing >= apiSessions.limit) throw tooManySessionsError(apiSessions.limit, existing, user.username);
    return apiSessions.open(user).id;
  },
};

/** Returns the user and the times of the API session. */
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
