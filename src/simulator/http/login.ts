/** Who sent a request: by name and password, or by an API session. */

import { unauthenticated } from '../operations/refusal.ts';
import type { User } from '../options/user.ts';
import type { ApiSession } from '../state/api-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';

/** The user whose name and password the request carries, or a refusal. */
export const userOf = ({ users }: SimulatedVCenter, headers: Headers): User => {
  const [, encoded = ''] = /^Basic (.*)$/i.exec(headers.get('authorization') ?? '') ?? [];
  const sent = decodedBasic(encoded);
  const user = users.find(({ username, password }) => `${username}:${password}` === sent);
  if (user === undefined) throw unauthenticated();
  return user;
};

/** The API session that the request carries, or a refusal. */
export const callerOf = ({ apiSessions }: SimulatedVCenter, headers: Headers): ApiSession => {
  const session = apiSessions.use(headers.get('vmware-api-session-id') ?? '');
  if (session === undefined) throw unauthenticated();
  return session;
};

/** How to log in, in the words of the recorded answers. */
export const challengeOf = ({ realm }: SimulatedVCenter, { origin }: URL): string =>
  `Basic realm="VAPI endpoint",SIGN realm=${realm},service="VAPI endpoint",sts="${origin}/sts/STSService/vsphere.local"`;

const decodedBasic = (encoded: string): string | undefined => {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
};
