/** Answers a request for an operation. */

import { notAcceptable, routeNotFound, VapiError } from '../operations/vapi-error.ts';
import { hasDialect, isSince } from '../options/scenario.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { errorResponse, successResponse, unknownRouteResponse } from './envelope.ts';
import { authenticateSession, authenticateUser, challengeOf, loginCookie } from './login.ts';
import { withNulls } from './null-fields.ts';
import { parametersOf } from './parameters.ts';
import { type Match, routesAt } from './router.ts';

/** Answers a request for an operation, in its dialect; not where this release does not have it. */
export const handleOperation = async (vcenter: SimulatedVCenter, request: Request, url: URL, match: Match): Promise<Response> => {
  const { route, dialect } = match;
  if (!isAvailable(vcenter, match)) return unknownRouteResponse(vcenter, 404, routeNotFound());
  try {
    const told = await callOperation(vcenter, request, url, match);
    const isNulled = dialect === 'api' && vcenter.assumptions.unset === 'null';
    const answer = isNulled ? withNulls(route.operation, vcenter.version, told) : told;
    const response = successResponse(vcenter, dialect, route.success, answer);
    const cookie = route.handler.login === 'basic' ? loginCookie(dialect, request.headers, answer) : undefined;
    if (cookie !== undefined) response.headers.set('set-cookie', cookie);
    return response;
  } catch (thrown) {
    if (!(thrown instanceof VapiError)) throw thrown;
    return errorResponse(vcenter, dialect, thrown, challengeOf(vcenter, url));
  }
};

/** Answers a request that asks for no operation there is. */
export const handleUnknownRoute = (vcenter: SimulatedVCenter, method: string, url: URL): Response => {
  const methods = new Set(routesAt(url).flatMap((known) => (isAvailable(vcenter, known) ? [known.method] : [])));
  const { wrongMethod = 404 } = vcenter.assumptions;
  if (wrongMethod === 404 || methods.size === 0 || methods.has(method))
    return unknownRouteResponse(vcenter, 404, routeNotFound());
  const response = unknownRouteResponse(vcenter, 405, methodNotAllowed(method));
  response.headers.set('allow', [...methods].join(', '));
  return response;
};

const methodNotAllowed = (method: string): VapiError =>
  new VapiError('INVALID_REQUEST', 'com.vmware.vapi.rest.httpMethodNotAllowed', `The method ${method} is not allowed.`, [method]);

const isAvailable = ({ version }: SimulatedVCenter, { route, dialect }: Omit<Match, 'path'>): boolean =>
  hasDialect(version, dialect) && isSince(version, route.since);

const callOperation = async (vcenter: SimulatedVCenter, request: Request, url: URL, match: Match): Promise<unknown> => {
  const { handler } = match.route;
  const accepted = request.headers.get('accept');
  if (handler.login === 'basic') {
    const user = authenticateUser(vcenter, request.headers);
    await parametersOf(vcenter, request, url, match);
    return handler.handle(vcenter, user);
  }
  const caller = authenticateSession(vcenter, request.headers, match.dialect);
  if (accepted !== null && !acceptsJson(accepted)) throw notAcceptable(accepted);
  return handler.handle(vcenter, { input: await parametersOf(vcenter, request, url, match), caller, origin: url.origin });
};

/** `/rest` is documented with XML, too; the simulator has JSON alone. */
const acceptsJson = (accepted: string): boolean =>
  accepted.split(',').some((range) => /^ *(\*\/\*|application\/(\*|json)) *(;|$)/i.test(range));
