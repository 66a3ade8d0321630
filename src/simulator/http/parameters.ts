/** Collects the parameters of an operation from path, query, header and body; unknown ones are errors. */

import {
  invalidArgumentError,
  malformedBodyError,
  missingFieldError,
  unexpectedFieldsError,
  unsupportedMediaTypeError,
  unsupportedPropertyError,
} from '../operations/vapi-error.ts';
import { isSince } from '../state/releases.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { parseJson } from './decode.ts';
import { ACTION_PARAMETER, type Match } from './router.ts';

type Fields = Readonly<Record<string, unknown>>;

const CLIENT_TOKEN = 'client_token';

/** Returns the parameters by VMware's names, or throws. */
export const parametersOf = async (vcenter: SimulatedVCenter, request: Request, url: URL, match: Match): Promise<Fields> => {
  const { route, dialect, path } = match;
  const { fields, since = {} } = route.handler;
  const others = fields.filter((name) => !(name in path) && isSince(vcenter.version, since[name] ?? '6.7'));
  // Only POST has a body; in `/api` the token is not a body field.
  const inQuery = request.method === 'POST' ? [] : others;
  const inBody = request.method === 'POST' ? others.filter((name) => name !== CLIENT_TOKEN || dialect === 'rest') : [];
  const takesToken = others.includes(CLIENT_TOKEN) && dialect === 'api';
  const tokenInQuery = takesToken && vcenter.assumptions.clientToken === 'query';
  return {
    ...queryParameters(vcenter, url, match, tokenInQuery ? [...inQuery, CLIENT_TOKEN] : inQuery),
    ...(takesToken && !tokenInQuery ? tokenInHeader(vcenter, request.headers) : {}),
    ...(await bodyParameters(vcenter, request, match, inBody)),
    ...pathParameters(vcenter, url, match),
  };
};

const queryParameters = ({ assumptions }: SimulatedVCenter, url: URL, { dialect }: Match, allowed: readonly string[]): Fields => {
  const parameters: Record<string, unknown> = {};
  for (const name of new Set(url.searchParams.keys())) {
    if (name === ACTION_PARAMETER[dialect]) continue;
    const [value, ...more] = url.searchParams.getAll(name);
    if (allowed.includes(name)) {
      // Not known of vCenter itself; the runtime of VMware's Go SDK refuses repeated parameters.
      if (more.length > 0) throw invalidArgumentError(`The parameter ${name} appears ${more.length + 1} times.`, name);
      parameters[name] = value;
    } else if (assumptions.unknownFields !== 'ignored')
      throw dialect === 'api' ? unsupportedPropertyError(name) : unexpectedFieldsError([name]);
  }
  return parameters;
};

const tokenInHeader = ({ assumptions }: SimulatedVCenter, headers: Headers): Fields => {
  const { clientToken = 'Client-Token' } = assumptions;
  return clientToken === 'nowhere' ? {} : { [CLIENT_TOKEN]: headers.get(clientToken) };
};

const bodyParameters = async (
  vcenter: SimulatedVCenter,
  request: Request,
  { route: { wrapper, structure }, dialect, path }: Match,
  allowed: readonly string[],
): Promise<Fields> => {
  const body = await jsonBody(request);
  if (wrapper === undefined || dialect === 'api') {
    // In the specification of 6.7, bodies repeat the path parameters.
    const repeated = isSince(vcenter.version, '7.0') ? [] : Object.keys(path);
    return checkFields(vcenter, body, [...allowed, ...repeated], structure);
  }
  const envelope = checkFields(vcenter, body, allowed.includes(CLIENT_TOKEN) ? [wrapper, CLIENT_TOKEN] : [wrapper], undefined);
  const wrapped = envelope[wrapper];
  if (wrapped === undefined || wrapped === null) throw missingFieldError(wrapper);
  if (!isObject(wrapped)) throw invalidArgumentError(`Expected an object as ${wrapper}.`, wrapper);
  const parameters = checkFields(
    vcenter,
    wrapped,
    allowed.filter((name) => name !== CLIENT_TOKEN),
    structure,
  );
  return { ...parameters, ...(CLIENT_TOKEN in envelope ? { [CLIENT_TOKEN]: envelope[CLIENT_TOKEN] } : {}) };
};

const checkFields = (
  { assumptions }: SimulatedVCenter,
  fields: Fields,
  allowed: readonly string[],
  structure: string | undefined,
): Fields => {
  const unknown = Object.keys(fields).filter((name) => !allowed.includes(name));
  if (unknown.length === 0) return fields;
  if (assumptions.unknownFields !== 'ignored') throw unexpectedFieldsError(unknown, structure);
  return Object.fromEntries(Object.entries(fields).filter(([name]) => allowed.includes(name)));
};

/** It is not known whether vCenter decodes `%3A` to a colon. If it does not, such an id matches nothing. */
const pathParameters = ({ assumptions }: SimulatedVCenter, url: URL, { path }: Match): Fields =>
  assumptions.encodedColon === false && /%3a/i.test(url.pathname)
    ? Object.fromEntries(Object.entries(path).map(([name, value]) => [name, value.replaceAll(':', '%3A')]))
    : path;

/** Returns the fields of the body; none without a body. */
const jsonBody = async (request: Request): Promise<Fields> => {
  if (request.body === null) return {};
  const text = await request.text();
  if (text === '') return {};
  if (!/^application\/json *(;|$)/i.test(request.headers.get('content-type') ?? '')) throw unsupportedMediaTypeError();
  const body = parseJson(text);
  if (!isObject(body)) throw malformedBodyError();
  return body;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
