/** The faults that answer in the place of the real answer. */

import { tooManySessions, type Refused } from '../operations/refusal.ts';
import type { PageFault, RedirectFault, RefusalFault, VerbatimAnswer } from '../options/answering-fault.ts';
import { refusalAnswer } from './envelope.ts';
import { challengeOf } from './login.ts';
import type { Received } from './received.ts';

/** The words of the fault. */
export const verbatimAnswer = ({
  status = 500,
  contentType = 'application/json',
  headers = {},
  body,
}: VerbatimAnswer): Response =>
  // Some statuses, such as 204, allow no body, not even an empty one.
  new Response(body === '' ? null : body, { status, headers: { 'content-type': contentType, ...headers } });

/** A proxy's page. */
export const pageAnswer = ({ status = 502, retryAfter }: PageFault): Response => {
  const title = `${status} ${titles[status] ?? 'Error'}`;
  const headers = new Headers({ 'content-type': 'text/html; charset=utf-8' });
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter));
  const html = `<!DOCTYPE html>\n<html>\n<head><title>${title}</title></head>\n<body><h1>${title}</h1><hr>envoy</body>\n</html>\n`;
  return new Response(html, { status, headers });
};

const titles: Readonly<Record<number, string>> = {
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Path and query on another host. */
export const redirectAnswer = ({ to, status = 302 }: RedirectFault, { url }: Received): Response =>
  new Response(null, { status, headers: { location: new URL(url.pathname + url.search, to).href } });

/** vCenter's own words for a user with too many API sessions. */
export const sessionLimitAnswer = (received: Received): Response => {
  const { apiSessions, users } = received.vcenter;
  return worded(received, tooManySessions(apiSessions.limit, apiSessions.limit, users[0]?.username ?? ''));
};

/** vCenter's way to refuse. */
export const refusalOf = (fault: RefusalFault, received: Received): Response => {
  const { errorType, message = `The operation ${received.operation} has failed.`, data, status, retryAfter } = fault;
  const id = `com.vmware.vdcs.cls-main.${errorType.toLowerCase()}`;
  const said = typeof message === 'string' ? { id, default_message: message, args: [] } : message;
  const answer = worded(received, { errorType, messages: said === null ? [] : [said], data }, status);
  if (retryAfter !== undefined) answer.headers.set('retry-after', String(retryAfter));
  return answer;
};

const worded = ({ vcenter, url, dialect = 'api' }: Received, refused: Refused, status?: number): Response =>
  refusalAnswer(vcenter, dialect, refused, challengeOf(vcenter, url), status);
