/** Answers a request for an operation. */

import { notAcceptable, Refusal, routeNotFound } from '../operations/refusal.ts';
import { isSince, speaks } from '../options/version.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { goodAnswer, refusalAnswer, unknownRouteAnswer } from './envelope.ts';
import { callerOf, challengeOf, loginCookie, userOf } from './login.ts';
import { parametersOf } from './parameters.ts';
import { routesAt, type Match } from './router.ts';
import { withNulls } from './unset-fields.ts';

/** Answers a request for an operation, in its dialect; not where this release does not have it. */
export const answerCall = async (vcenter: SimulatedVCenter, request: Request, url: URL, match: Match): Promise<Response> => {
  const { route, dialect } = match;
  if (!isThere(vcenter, match)) return unknownRouteAnswer(vcenter, 404, routeNotFound());
  try {
    const told = await run(vcenter, request, url, match);
    const isNulled = dialect === 'api' && vcenter.assumptions.unset === 'null';
    const answer = isNulled ? withNulls(route.operation, vcenter.version, told) : told;
    const response = goodAnswer(vcenter, dialect, route.success, answer);
    const cookie = route.handler.login === 'basic' ? loginCookie(dialect, request.headers, answer) : undefined;
    if (cookie !== undefined) response.headers.set('set-cookie', cookie);
    return response;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return refusalAnswer(vcenter, dialect, thrown, challengeOf(vcenter, url));
  }
};

/** Answers a request that asks for no operation there is. */
export const answerUnknownRoute = (vcenter: SimulatedVCenter, method: string, url: URL): Response => {
  const methods = new Set(routesAt(url).flatMap((known) => (isThere(vcenter, known) ? [known.method] : [])));
  const { wrongMethod = 404 } = vcenter.assumptions;
  if (wrongMethod === 404 || methods.size === 0 || methods.has(method)) return unknownRouteAnswer(vcenter, 404, routeNotFound());
  const response = unknownRouteAnswer(vcenter, 405, methodNotAllowed(method));
  response.headers.set('allow', [...methods].join(', '));
  return response;
};

const methodNotAllowed = (method: string): Refusal =>
  new Refusal('INVALID_REQUEST', 'com.vmware.vapi.rest.httpMethodNotAllowed', `The method ${method} is not allowed.`, [method]);

const isThere = ({ version }: SimulatedVCenter, { route, dialect }: Omit<Match, 'path'>): boolean =>
  speaks(version, dialect) && isSince(version, route.since);

const run = async (vcenter: SimulatedVCenter, request: Request, url: URL, match: Match): Promise<unknown> => {
  const { handler } = match.route;
  const accepted = request.headers.get('accept');
  if (handler.login === 'basic') {
    const user = userOf(vcenter, request.headers);
    await parametersOf(vcenter, request, url, match);
    return handler.answer(vcenter, user);
  }
  const caller = callerOf(vcenter, request.headers, match.dialect);
  if (accepted !== null && !acceptsJson(accepted)) throw notAcceptable(accepted);
  return handler.answer(vcenter, { input: await parametersOf(vcenter, request, url, match), caller, origin: url.origin });
};

/** `/rest` is documented with XML, too; the simulator has JSON alone. */
const acceptsJson = (accepted: string): boolean =>
  accepted.split(',').some((range) => /^ *(\*\/\*|application\/(\*|json)) *(;|$)/i.test(range));
