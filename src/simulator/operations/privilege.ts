/** What a caller must be granted. */

import { isGranted, type SimulatedUser } from '../options/user.ts';
import { unauthorized } from './refusal.ts';

/** Refuses a user who does not have a privilege. */
export const demand = (user: SimulatedUser, privilege: string): void => {
  if (!isGranted(user, privilege)) throw unauthorized(privilege);
};
