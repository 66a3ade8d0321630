/** Answers a request for an operation. */

import { malformedBody, Refusal, routeNotFound } from '../operations/refusal.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { goodAnswer, refusalAnswer } from './envelope.ts';
import { callerOf, challengeOf, userOf } from './login.ts';
import type { Dialect, Match } from './router.ts';

/** Answers a request for an operation, in its dialect. */
export const answerCall = async (vcenter: SimulatedVCenter, request: Request, url: URL, match: Match): Promise<Response> => {
  const { route, dialect } = match;
  try {
    return goodAnswer(dialect, route.success, await run(vcenter, request, url, match));
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return refusalAnswer(dialect, thrown, challengeOf(vcenter, url));
  }
};

/** Answers a request that asks for no operation there is. */
export const answerUnknownRoute = (dialect: Dialect): Response => refusalAnswer(dialect, routeNotFound(), '');

const run = async (vcenter: SimulatedVCenter, request: Request, url: URL, match: Match): Promise<unknown> => {
  const { handler } = match.route;
  if (handler.login === 'basic') return handler.answer(vcenter, userOf(vcenter, request.headers));
  const caller = callerOf(vcenter, request.headers);
  const input = request.method === 'POST' ? await bodyParameters(request, match) : Object.fromEntries(url.searchParams);
  return handler.answer(vcenter, { input: { ...input, ...match.path }, caller, origin: url.origin });
};

const bodyParameters = async (request: Request, { route, dialect }: Match): Promise<Record<string, unknown>> => {
  const body = await jsonBody(request);
  // In `/api` the token is no part of the body: newer servers take it from a header.
  if (dialect === 'api') return { ...body, client_token: request.headers.get('client-token') };
  if (route.wrapper === undefined) return body;
  const wrapped = body[route.wrapper];
  return { ...(isObject(wrapped) ? wrapped : {}), client_token: body.client_token };
};

/** The fields of the body; none where there is no body. */
const jsonBody = async (request: Request): Promise<Record<string, unknown>> => {
  const text = await request.text();
  if (text === '') return {};
  const body = parsed(text);
  if (!isObject(body)) throw malformedBody();
  return body;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
