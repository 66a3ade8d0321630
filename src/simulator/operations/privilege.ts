/** What a caller must be granted. */

import { isGranted, type User } from '../options/user.ts';
import { unauthorized } from './refusal.ts';

/** Refuses a user who does not have a privilege. */
export const demand = (user: User, privilege: string): void => {
  if (!isGranted(user, privilege)) throw unauthorized(privilege);
};
