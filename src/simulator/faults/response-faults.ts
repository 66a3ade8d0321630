/** Faults that send a response of their own instead of executing the operation. */

import { errorResponse } from '../http/envelope.ts';
import { challengeOf } from '../http/login.ts';
import type { RequestContext } from '../http/request-context.ts';
import { tooManySessionsError, type VapiErrorContent } from '../operations/vapi-error.ts';
import type { PageFault, RedirectFault, RefusalFault, VerbatimResponse } from '../options/faults.ts';

/** Returns the response that the fault contains. */
export const verbatimResponse = ({
  status = 500,
  contentType = 'application/json',
  headers = {},
  body,
}: VerbatimResponse): Response =>
  // Some statuses, such as 204, allow no body, not even an empty one.
  new Response(body === '' ? null : body, { status, headers: { 'content-type': contentType, ...headers } });

/** Returns an HTML page of a proxy. */
export const proxyPageResponse = ({ status = 502, retryAfter }: PageFault): Response => {
  const title = `${status} ${REASON_PHRASES[status] ?? 'Error'}`;
  const headers = new Headers({ 'content-type': 'text/html; charset=utf-8' });
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter));
  const html = `<!DOCTYPE html>\n<html>\n<head><title>${title}</title></head>\n<body><h1>${title}</h1><hr>envoy</body>\n</html>\n`;
  return new Response(html, { status, headers });
};

const REASON_PHRASES: Readonly<Record<number, string>> = {
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Redirects to the same path and query on another host. */
export const redirectResponse = ({ to, status = 302 }: RedirectFault, { url }: RequestContext): Response =>
  new Response(null, { status, headers: { location: new URL(url.pathname + url.search, to).href } });

/** Returns vCenter's error for a user with too many API sessions. */
export const sessionLimitResponse = (context: RequestContext): Response => {
  const { apiSessions, users } = context.vcenter;
  return dialectResponse(context, tooManySessionsError(apiSessions.limit, apiSessions.limit, users[0]?.username ?? ''));
};

/** Returns an error in the format of the request's dialect. */
export const refusalResponse = (fault: RefusalFault, context: RequestContext): Response => {
  const { errorType, message = `The operation ${context.operation} has failed.`, data, status, retryAfter } = fault;
  const id = `com.vmware.vdcs.cls-main.${errorType.toLowerCase()}`;
  const localized = typeof message === 'string' ? { id, default_message: message, args: [] } : message;
  const response = dialectResponse(context, { errorType, messages: localized === null ? [] : [localized], data }, status);
  if (retryAfter !== undefined) response.headers.set('retry-after', String(retryAfter));
  return response;
};

const dialectResponse = ({ vcenter, url, dialect = 'api' }: RequestContext, error: VapiErrorContent, status?: number): Response =>
  errorResponse(vcenter, dialect, error, challengeOf(vcenter, url), status);
