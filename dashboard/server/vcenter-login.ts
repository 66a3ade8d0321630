/** Logs in to the vCenter and out of it; the ids of the sessions stay in this process. */

import { login, vcenter, type Dialect } from 'rx-content-library';
import { lastValueFrom } from 'rxjs';

/** An API session of the vCenter. */
export interface ApiSession {
  readonly sessionId: string;
  readonly dialect: Dialect;
}

/** A user and a password. */
export interface UserCredentials {
  readonly username: string;
  readonly password: string;
}

/** The vCenter that the dashboard is configured with. */
export interface Target {
  /** Origin and path prefix, without a slash at the end. */
  readonly server: string;
  readonly fetch: typeof globalThis.fetch;
}

/** Milliseconds. */
const LOGIN_TIMEOUT = 30_000;
const LOGOUT_TIMEOUT = 4000;

/** Logs in once. Rejects with the errors of `login`, of which none contains the password. */
export const logIn = async ({ server, fetch }: Target, credentials: UserCredentials): Promise<ApiSession> => {
  let sessionId: unknown;
  // The library keeps the id of a session to itself, but the proxy has to send it.
  const readSessionId: typeof globalThis.fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (response.ok) sessionId = await findSessionId(response.clone());
    return response;
  };
  const vc = vcenter({ server, credentials, fetch: readSessionId, timeout: LOGIN_TIMEOUT, retry: false });
  const dialect = await lastValueFrom(login(vc));
  return { sessionId: String(sessionId), dialect };
};

const findSessionId = async (response: Response): Promise<unknown> => {
  const body: unknown = await response.json().catch(() => undefined);
  return typeof body === 'object' && body !== null && 'value' in body ? body.value : body;
};

/** Logs out. A failure leaves a session that expires, and is not reported. */
export const logOut = async ({ server, fetch }: Target, { sessionId, dialect }: ApiSession): Promise<void> => {
  const path = dialect === 'api' ? '/api/session' : '/rest/com/vmware/cis/session';
  const request = fetch(server + path, {
    method: 'DELETE',
    headers: { 'vmware-api-session-id': sessionId },
    signal: AbortSignal.timeout(LOGOUT_TIMEOUT),
  });
  await request.then(
    (response) => response.body?.cancel(),
    () => undefined,
  );
};
