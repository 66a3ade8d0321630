/** Forwards the routes of the Content Library and the bytes of files to the one vCenter that is configured. */

import { isAllowedRoute, isDataPath } from './allowed-routes.ts';
import { readBody } from './read-body.ts';
import { refusal } from './refusal.ts';
import type { User } from './users.ts';
import type { ApiSession, Target } from './vcenter-login.ts';

/** Path prefix of the API in the page's origin. */
export const API_PREFIX = '/vcenter';

/** What the vCenter needs of a request. Cookies, origins and addresses of the browser stay here. */
const REQUEST_HEADERS = ['accept', 'content-type', 'range', 'if-range', 'if-match', 'vmware-use-header-authn'];

/** What the page needs of a response. Cookies and redirects stay here. */
const RESPONSE_HEADERS = [
  'content-type',
  'content-length',
  'content-range',
  'accept-ranges',
  'etag',
  'last-modified',
  'retry-after',
  'date',
];

/** Bytes. The largest request is a search. */
const MAX_BODY = 1024 * 1024;

/** Forwards one request. */
export type Proxy = (request: Request, user: User | undefined) => Promise<Response>;

/** Creates the proxy. Only path and query of a request are used, so that a request cannot select another server. */
export const createProxy = (target: Target, log: (line: string) => void): Proxy => {
  const send = async (
    request: Request,
    url: string,
    body: Uint8Array<ArrayBuffer> | null,
    session: ApiSession | undefined,
  ): Promise<Response> => {
    const headers = new Headers();
    for (const name of REQUEST_HEADERS) {
      const value = request.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    if (session !== undefined) headers.set('vmware-api-session-id', session.sessionId);
    return target.fetch(url, {
      method: request.method,
      headers,
      body: body === null || body.byteLength === 0 ? null : body,
      redirect: 'manual',
      signal: request.signal,
    });
  };

  return async (request, user) => {
    const { pathname, search, searchParams } = new URL(request.url);
    const isApi = pathname.startsWith(`${API_PREFIX}/`);
    const path = isApi ? pathname.slice(API_PREFIX.length) : pathname;
    const isAllowed = isApi ? isAllowedRoute(request.method, path, searchParams) : isDataPath(request.method, path);
    if (!isAllowed) return refusal(403, 'The dashboard forwards only requests to the Content Library.');
    const session = user?.session();
    if (user === undefined || session === undefined) return refusal(401, 'Log in first.');
    const body = request.body === null ? null : await readBody(request, MAX_BODY);
    if (body === undefined) return refusal(413, `The body of a request has at most ${MAX_BODY} bytes.`);
    const { origin, pathname: prefix } = new URL(target.server);
    // A prefix is that of the API, behind a reverse proxy. Nothing beside it receives the session.
    const url = (isApi ? target.server : origin) + path + search;
    const isSent = isApi || prefix === '/';
    try {
      const response = await send(request, url, body, isSent ? session : undefined);
      // A file may refuse a session that is valid for the API.
      if (response.status !== 401 || !isApi) return await toResponse(response);
      const renewed = await user.renew(session);
      if (renewed === undefined) return await toResponse(response);
      await response.body?.cancel();
      return await toResponse(await send(request, url, body, renewed));
    } catch (thrown) {
      if (request.signal.aborted) throw thrown;
      const reason = reasonOf(thrown);
      log(`${request.method} ${isApi ? path : '(file)'}: ${reason}`);
      return refusal(502, `The dashboard cannot reach ${new URL(target.server).host}: ${reason}`);
    }
  };
};

/** A redirect is not forwarded: the browser would follow it, with what it knows. */
const toResponse = async (response: Response): Promise<Response> => {
  const { status, body } = response;
  if (status >= 300 && status < 400 && status !== 304) {
    await body?.cancel();
    return refusal(502, 'The vCenter sent a redirect, which the dashboard does not follow. Check the address of --server.');
  }
  const headers = new Headers({ 'content-disposition': 'attachment' });
  for (const name of RESPONSE_HEADERS) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  // `fetch` has decoded the body: its length is another one.
  if (response.headers.has('content-encoding')) headers.delete('content-length');
  return new Response(body, { status, headers });
};

/** A code, or the message of an error that is made for users. Messages of the system may contain the address of a file. */
const reasonOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return 'unknown error';
  if ('_tag' in thrown) return thrown.message;
  return 'code' in thrown ? String(thrown.code) : thrown.name;
};
