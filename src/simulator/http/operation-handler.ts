/** Handles requests for operations in both dialects, and requests for unknown routes. */

import { notAcceptableError, routeNotFoundError, VapiError } from '../operations/vapi-error.ts';
import type { Dialect } from '../options/scenario.ts';
import { hasDialect, isSince } from '../state/releases.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { errorResponse, successResponse, unknownRouteResponse } from './envelope.ts';
import { authenticateSession, authenticateUser, challengeOf, loginCookie } from './login.ts';
import { withNulls } from './null-fields.ts';
import { parametersOf } from './parameters.ts';
import type { RequestContext, RequestHandler } from './request-context.ts';
import { findRoute, routesAt, type Match } from './router.ts';

/** Handles requests for operations. */
export const operationHandler: RequestHandler = (method, url) => {
  const match = findRoute(method, url);
  return match && { kind: match.route.operation, dialect: match.dialect, handle: (context) => handleOperation(context, match) };
};

/** Handles every request, as one for an unknown route. */
export const notFoundHandler: RequestHandler = (_, url) => ({
  kind: 'unknown',
  dialect: dialectOf(url.pathname),
  handle: ({ vcenter, request }) => handleUnknownRoute(vcenter, request.method, url),
});

const dialectOf = (path: string): Dialect | undefined => {
  if (path.startsWith('/api/')) return 'api';
  return path.startsWith('/rest/') ? 'rest' : undefined;
};

const handleOperation = async ({ vcenter, request, url }: RequestContext, match: Match): Promise<Response> => {
  const { route, dialect } = match;
  if (!isAvailable(vcenter, match)) return unknownRouteResponse(vcenter, 404, routeNotFoundError());
  try {
    const result = await callOperation(vcenter, request, url, match);
    const sendsNulls = dialect === 'api' && vcenter.assumptions.unset === 'null';
    const value = sendsNulls ? withNulls(route.operation, vcenter.version, result) : result;
    const response = successResponse(vcenter, dialect, route.success, value);
    const cookie = route.handler.login === 'basic' ? loginCookie(dialect, request.headers, value) : undefined;
    if (cookie !== undefined) response.headers.set('set-cookie', cookie);
    return response;
  } catch (thrown) {
    if (!(thrown instanceof VapiError)) throw thrown;
    return errorResponse(vcenter, dialect, thrown, challengeOf(vcenter, url));
  }
};

const handleUnknownRoute = (vcenter: SimulatedVCenter, method: string, url: URL): Response => {
  const methods = new Set(routesAt(url).flatMap((route) => (isAvailable(vcenter, route) ? [route.method] : [])));
  const { wrongMethod = 404 } = vcenter.assumptions;
  if (wrongMethod === 404 || methods.size === 0 || methods.has(method))
    return unknownRouteResponse(vcenter, 404, routeNotFoundError());
  const response = unknownRouteResponse(vcenter, 405, methodNotAllowed(method));
  response.headers.set('allow', [...methods].join(', '));
  return response;
};

const methodNotAllowed = (method: string): VapiError =>
  new VapiError('INVALID_REQUEST', 'com.vmware.vapi.rest.httpMethodNotAllowed', `The method ${method} is not allowed.`, [method]);

/** Returns true if the simulated release has the route. */
const isAvailable = ({ version }: SimulatedVCenter, { route, dialect }: Omit<Match, 'path'>): boolean =>
  hasDialect(version, dialect) && isSince(version, route.since);

const callOperation = async (vcenter: SimulatedVCenter, request: Request, url: URL, match: Match): Promise<unknown> => {
  const { handler } = match.route;
  const accept = request.headers.get('accept');
  if (handler.login === 'basic') {
    const user = authenticateUser(vcenter, request.headers);
    await parametersOf(vcenter, request, url, match);
    return handler.handle(vcenter, user);
  }
  const caller = authenticateSession(vcenter, request.headers, match.dialect);
  if (accept !== null && !acceptsJson(accept)) throw notAcceptableError(accept);
  return handler.handle(vcenter, { input: await parametersOf(vcenter, request, url, match), caller, origin: url.origin });
};

/** `/rest` is documented with XML, too; the simulator only supports JSON. */
const acceptsJson = (accept: string): boolean =>
  accept.split(',').some((range) => /^ *(\*\/\*|application\/(\*|json)) *(;|$)/i.test(range));
