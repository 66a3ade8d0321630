/** Who sent a request: by name and password, or by an API session. */

import { unauthenticated } from '../operations/vapi-error.ts';
import type { SimulatedUser } from '../options/options.ts';
import type { Dialect } from '../options/scenario.ts';
import type { ApiSession } from '../state/api-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';

const SESSION_HEADER = 'vmware-api-session-id';

/** The user whose name and password the request carries, or a refusal. */
export const authenticateUser = ({ users }: SimulatedVCenter, headers: Headers): SimulatedUser => {
  const [, encoded = ''] = /^Basic (.*)$/i.exec(headers.get('authorization') ?? '') ?? [];
  const sent = decodeBasic(encoded);
  const user = users.find(({ username, password }) => `${username}:${password}` === sent);
  if (user === undefined) throw unauthenticated();
  return user;
};

/** The API session that the request carries, or a refusal. */
export const authenticateSession = (
  { apiSessions, assumptions }: SimulatedVCenter,
  headers: Headers,
  dialect: Dialect,
): ApiSession => {
  const ways = dialect === 'api' ? 'header' : (assumptions.restLogin ?? 'either');
  const token =
    (ways === 'cookie' ? null : headers.get(SESSION_HEADER)) ?? (ways === 'header' ? undefined : cookieToken(headers));
  const session = apiSessions.use(token ?? '');
  if (session === undefined) throw unauthenticated();
  return session;
};

/** What a login in `/rest` sets, unless the request says that it goes by the header. The cookie is good for `/rest` alone. */
export const loginCookie = (dialect: Dialect, headers: Headers, token: unknown): string | undefined =>
  dialect === 'rest' && !headers.has('vmware-use-header-authn') ? `${SESSION_HEADER}=${String(token)};Path=/rest` : undefined;

/** How to log in, in the words of the recorded answers. */
export const challengeOf = ({ realm }: SimulatedVCenter, { origin }: URL): string =>
  `Basic realm="VAPI endpoint",SIGN realm=${realm},service="VAPI endpoint",sts="${origin}/sts/STSService/vsphere.local"`;

const cookieToken = (headers: Headers): string | undefined =>
  (headers.get('cookie') ?? '')
    .split(/; */)
    .find((cookie) => cookie.startsWith(`${SESSION_HEADER}=`))
    ?.slice(SESSION_HEADER.length + 1);

const decodeBasic = (encoded: string): string | undefined => {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
};
