/** Authenticates requests: by user name and password, or by an API session. */

import { unauthenticatedError } from '../operations/vapi-error.ts';
import type { SimulatedUser } from '../options/options.ts';
import type { Dialect } from '../options/scenario.ts';
import type { ApiSession } from '../state/api-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';

const SESSION_HEADER = 'vmware-api-session-id';

/** Returns the user of the request's name and password, or throws. */
export const authenticateUser = ({ users }: SimulatedVCenter, headers: Headers): SimulatedUser => {
  const [, encoded = ''] = /^Basic (.*)$/i.exec(headers.get('authorization') ?? '') ?? [];
  const credentials = decodeBasic(encoded);
  const user = users.find(({ username, password }) => `${username}:${password}` === credentials);
  if (user === undefined) throw unauthenticatedError();
  return user;
};

/** Returns the API session of the request, or throws. */
export const authenticateSession = (
  { apiSessions, assumptions }: SimulatedVCenter,
  headers: Headers,
  dialect: Dialect,
): ApiSession => {
  const accepted = dialect === 'api' ? 'header' : (assumptions.restLogin ?? 'either');
  const headerToken = accepted === 'cookie' ? null : headers.get(SESSION_HEADER);
  const token = headerToken ?? (accepted === 'header' ? undefined : cookieToken(headers));
  const session = apiSessions.use(token ?? '');
  if (session === undefined) throw unauthenticatedError();
  return session;
};

/** Returns the cookie that a login in `/rest` sets, unless the request selects header authentication. It is valid for `/rest` only. */
export const loginCookie = (dialect: Dialect, headers: Headers, token: unknown): string | undefined =>
  dialect === 'rest' && !headers.has('vmware-use-header-authn') ? `${SESSION_HEADER}=${String(token)};Path=/rest` : undefined;

/** Returns the login challenge, in the format of recorded responses. */
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
