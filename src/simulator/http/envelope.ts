/** How each dialect and each release dresses its answers. */

import { refusalStatus } from '../operations/refusal-status.ts';
import type { Refused } from '../operations/refusal.ts';
import type { Dialect } from '../options/dialect.ts';
import { isSince } from '../options/version.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';

/** A good answer; `undefined` is the answer of operations that answer nothing. */
export const goodAnswer = (vcenter: SimulatedVCenter, dialect: Dialect, success: 200 | 201 | 204, answer: unknown): Response => {
  if (answer === undefined) return new Response(null, { status: dialect === 'rest' ? 200 : success });
  return dialect === 'rest' ? json(200, { value: answer }, wording(vcenter, dialect)) : json(success, answer);
};

/**
 * A refusal.
 *
 * @param challenge - How to log in; sent to those who are not, from 7.0 on.
 * @param status - The dialect's for the reason, if none is given.
 */
export const refusalAnswer = (
  vcenter: SimulatedVCenter,
  dialect: Dialect,
  { errorType, messages, data }: Refused,
  challenge: string,
  status: number = refusalStatus[errorType][dialect],
): Response => {
  const named = isSince(vcenter.version, '7.0');
  const error = {
    ...(named ? { error_type: errorType } : {}),
    messages,
    ...(data === undefined ? {} : { data }),
    ...(named && errorType === 'UNAUTHENTICATED' ? { challenge } : {}),
  };
  const body = dialect === 'rest' ? { type: `com.vmware.vapi.std.errors.${errorType.toLowerCase()}`, value: error } : error;
  return json(status, body, wording(vcenter, dialect));
};

/** A path that no operation has. What is said is the same in both dialects, and older than either. */
export const unknownRouteAnswer = (
  { version }: SimulatedVCenter,
  status: 404 | 405,
  { errorType, messages }: Refused,
): Response => {
  if (isSince(version, '7.0')) return json(status, { error_type: errorType, messages });
  const [message] = messages;
  const localizableMessages = messages.map(({ id, default_message }) => ({ id, defaultMessage: default_message }));
  return json(status, { name: message?.id, localizableMessages, majorErrorCode: status });
};

/** Writes the named parameters of messages as a dialect has them; nothing where it has them as they are. */
type Wording = ((name: string, value: unknown) => unknown) | undefined;

const wording = ({ version, assumptions }: SimulatedVCenter, dialect: Dialect): Wording => {
  if (!isSince(version, '7.0')) return (name, value) => (name === 'params' ? undefined : value);
  return dialect === 'rest' && assumptions.paramsInRest !== 'object' ? asPairs : undefined;
};

const asPairs = (name: string, value: unknown): unknown =>
  name === 'params' && typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).map(([key, parameter]: [string, unknown]) => ({ key, value: parameter }))
    : value;

const json = (status: number, body: unknown, rewrite?: Wording): Response => {
  const text = JSON.stringify(body);
  // Going through all fields costs several times as much as writing them, and few answers have a message.
  const worded = rewrite !== undefined && text.includes('"params":') ? JSON.stringify(body, rewrite) : text;
  return new Response(worded, { status, headers: { 'content-type': 'application/json' } });
};
