/** The parameters of an operation, wherever a request carries them; what the operation does not have is refused. */

import {
  invalidArgument,
  malformedBody,
  missingField,
  unexpectedFields,
  unsupportedMediaType,
  unsupportedProperty,
} from '../operations/vapi-error.ts';
import { isSince } from '../options/scenario.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { parseJson } from './decode.ts';
import { ACTION_PARAMETER, type Match } from './router.ts';

type Fields = Readonly<Record<string, unknown>>;

const CLIENT_TOKEN = 'client_token';

/** The parameters under VMware's names, or a refusal. */
export const parametersOf = async (vcenter: SimulatedVCenter, request: Request, url: URL, match: Match): Promise<Fields> => {
  const { route, dialect, path } = match;
  const { fields, since = {} } = route.handler;
  const others = fields.filter((name) => !(name in path) && isSince(vcenter.version, since[name] ?? '6.7'));
  // A body belongs to POST alone; a token is no field of it in `/api`.
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

const queryParameters = ({ assumptions }: SimulatedVCenter, url: URL, { dialect }: Match, known: readonly string[]): Fields => {
  const parameters: Record<string, unknown> = {};
  for (const name of new Set(url.searchParams.keys())) {
    if (name === ACTION_PARAMETER[dialect]) continue;
    const [value, ...more] = url.searchParams.getAll(name);
    if (known.includes(name)) {
      // Not known of vCenter itself; the runtime of VMware's Go SDK refuses a list where one value is wanted.
      if (more.length > 0) throw invalidArgument(`The parameter ${name} was given ${more.length + 1} times.`, name);
      parameters[name] = value;
    } else if (assumptions.unknownFields !== 'ignored')
      throw dialect === 'api' ? unsupportedProperty(name) : unexpectedFields([name]);
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
  known: readonly string[],
): Promise<Fields> => {
  const body = await jsonBody(request);
  if (wrapper === undefined || dialect === 'api') {
    // The specification of 6.7 repeats in bodies what is in the path.
    const repeated = isSince(vcenter.version, '7.0') ? [] : Object.keys(path);
    return checkFields(vcenter, body, [...known, ...repeated], structure);
  }
  const outside = checkFields(vcenter, body, known.includes(CLIENT_TOKEN) ? [wrapper, CLIENT_TOKEN] : [wrapper], undefined);
  const wrapped = outside[wrapper];
  if (wrapped === undefined || wrapped === null) throw missingField(wrapper);
  if (!isObject(wrapped)) throw invalidArgument(`Expected an object as ${wrapper}.`, wrapper);
  const inside = checkFields(
    vcenter,
    wrapped,
    known.filter((name) => name !== CLIENT_TOKEN),
    structure,
  );
  return { ...inside, ...(CLIENT_TOKEN in outside ? { [CLIENT_TOKEN]: outside[CLIENT_TOKEN] } : {}) };
};

const checkFields = (
  { assumptions }: SimulatedVCenter,
  fields: Fields,
  known: readonly string[],
  structure: string | undefined,
): Fields => {
  const unknown = Object.keys(fields).filter((name) => !known.includes(name));
  if (unknown.length === 0) return fields;
  if (assumptions.unknownFields !== 'ignored') throw unexpectedFields(unknown, structure);
  return Object.fromEntries(Object.entries(fields).filter(([name]) => known.includes(name)));
};

/** Whether vCenter reads `%3A` as a colon is not known: where it does not, no id has it. */
const pathParameters = ({ assumptions }: SimulatedVCenter, url: URL, { path }: Match): Fields =>
  assumptions.encodedColon === false && /%3a/i.test(url.pathname)
    ? Object.fromEntries(Object.entries(path).map(([name, value]) => [name, value.replaceAll(':', '%3A')]))
    : path;

/** The fields of the body; none where there is no body. */
const jsonBody = async (request: Request): Promise<Fields> => {
  if (request.body === null) return {};
  const text = await request.text();
  if (text === '') return {};
  if (!/^application\/json *(;|$)/i.test(request.headers.get('content-type') ?? '')) throw unsupportedMediaType();
  const body = parseJson(text);
  if (!isObject(body)) throw malformedBody();
  return body;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
