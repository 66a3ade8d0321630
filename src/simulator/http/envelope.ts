/** Response envelopes and error statuses, by dialect and release. */

import type { VapiErrorContent } from '../operations/vapi-error.ts';
import type { ErrorType } from '../options/faults.ts';
import type { Dialect } from '../options/scenario.ts';
import { isSince } from '../state/releases.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';

/** Returns a success response; a `value` of `undefined` has no body. */
export const successResponse = (
  vcenter: SimulatedVCenter,
  dialect: Dialect,
  success: 200 | 201 | 204,
  value: unknown,
): Response => {
  if (value === undefined) return new Response(null, { status: dialect === 'rest' ? 200 : success });
  return dialect === 'rest' ? jsonResponse(200, { value }, messageReplacer(vcenter, dialect)) : jsonResponse(success, value);
};

/**
 * Returns an error response.
 *
 * @param challenge - How to log in; sent with `UNAUTHENTICATED` since 7.0, and with `UNAUTHORIZED` since 9.1.
 * @param status - Defaults to the dialect's status for the `error_type`.
 */
export const errorResponse = (
  vcenter: SimulatedVCenter,
  dialect: Dialect,
  { errorType, messages, data }: VapiErrorContent,
  challenge: string,
  status: number = ERROR_STATUS[errorType][dialect],
): Response => {
  const hasErrorType = isSince(vcenter.version, '7.0');
  const error = {
    ...(hasErrorType ? { error_type: errorType } : {}),
    messages,
    ...(data === undefined ? {} : { data }),
    ...(hasChallenge(vcenter, errorType) ? { challenge } : {}),
  };
  const body = dialect === 'rest' ? { type: `com.vmware.vapi.std.errors.${errorType.toLowerCase()}`, value: error } : error;
  return jsonResponse(status, body, messageReplacer(vcenter, dialect));
};

const hasChallenge = ({ version }: SimulatedVCenter, errorType: ErrorType): boolean =>
  (errorType === 'UNAUTHENTICATED' && isSince(version, '7.0')) || (errorType === 'UNAUTHORIZED' && isSince(version, '9.1'));

/** Returns the response for an unknown route. Its format is the same in both dialects, and older than both. */
export const unknownRouteResponse = (
  { version }: SimulatedVCenter,
  status: 404 | 405,
  { errorType, messages }: VapiErrorContent,
): Response => {
  if (isSince(version, '7.0')) return jsonResponse(status, { error_type: errorType, messages });
  const [message] = messages;
  const localizableMessages = messages.map(({ id, default_message }) => ({ id, defaultMessage: default_message }));
  return jsonResponse(status, { name: message?.id, localizableMessages, majorErrorCode: status });
};

/** `JSON.stringify` replacer that formats the named parameters of messages; `undefined` if they stay as they are. */
type Replacer = ((name: string, value: unknown) => unknown) | undefined;

const messageReplacer = ({ version, assumptions }: SimulatedVCenter, dialect: Dialect): Replacer => {
  if (!isSince(version, '7.0')) return (name, value) => (name === 'params' ? undefined : value);
  return dialect === 'rest' && assumptions.paramsInRest !== 'object' ? paramsAsPairs : undefined;
};

const paramsAsPairs = (name: string, value: unknown): unknown =>
  name === 'params' && typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).map(([key, parameter]: [string, unknown]) => ({ key, value: parameter }))
    : value;

const jsonResponse = (status: number, body: unknown, replacer?: Replacer): Response => {
  const text = JSON.stringify(body);
  // A replacer makes `stringify` several times as slow, and few responses have a message.
  const replaced = replacer !== undefined && text.includes('"params":') ? JSON.stringify(body, replacer) : text;
  return new Response(replaced, { status, headers: { 'content-type': 'application/json' } });
};

const both = (status: number): Readonly<Record<Dialect, number>> => ({ api: status, rest: status });

/** As in VMware's specifications of 7.0.3 and 8.0.2; types that those do not have as in the runtime of VMware's Go SDK. */
const ERROR_STATUS: Readonly<Record<ErrorType, Readonly<Record<Dialect, number>>>> = {
  ERROR: { api: 500, rest: 400 },
  ALREADY_EXISTS: both(400),
  ALREADY_IN_DESIRED_STATE: both(400),
  CANCELED: both(400),
  CONCURRENT_CHANGE: { api: 409, rest: 400 },
  FEATURE_IN_USE: both(400),
  INTERNAL_SERVER_ERROR: both(500),
  INVALID_ARGUMENT: both(400),
  INVALID_ELEMENT_CONFIGURATION: both(400),
  INVALID_ELEMENT_TYPE: both(400),
  INVALID_REQUEST: both(400),
  NOT_ALLOWED_IN_CURRENT_STATE: both(400),
  NOT_FOUND: both(404),
  OPERATION_NOT_FOUND: both(404),
  RESOURCE_BUSY: { api: 500, rest: 400 },
  RESOURCE_IN_USE: both(400),
  RESOURCE_INACCESSIBLE: { api: 500, rest: 400 },
  SERVICE_UNAVAILABLE: both(503),
  TIMED_OUT: { api: 500, rest: 504 },
  UNABLE_TO_ALLOCATE_RESOURCE: { api: 500, rest: 400 },
  UNAUTHENTICATED: both(401),
  UNAUTHORIZED: both(403),
  UNEXPECTED_INPUT: both(400),
  UNSUPPORTED: both(400),
  UNVERIFIED_PEER: both(400),
};
