/** How each dialect dresses its answers. */

import { refusalStatus, type Refusal } from '../operations/refusal.ts';
import type { Dialect } from './router.ts';

/** A good answer; `undefined` is the answer of operations that answer nothing. */
export const goodAnswer = (dialect: Dialect, success: 200 | 201 | 204, answer: unknown): Response => {
  if (answer === undefined) return new Response(null, { status: dialect === 'rest' ? 200 : success });
  return dialect === 'rest' ? json(200, { value: answer }) : json(success, answer);
};

/**
 * A refusal.
 *
 * @param challenge - How to log in; sent to those who are not.
 */
export const refusalAnswer = (dialect: Dialect, { errorType, messages }: Refusal, challenge: string): Response => {
  const error = { error_type: errorType, messages, ...(errorType === 'UNAUTHENTICATED' ? { challenge } : {}) };
  const body = dialect === 'rest' ? { type: `com.vmware.vapi.std.errors.${errorType.toLowerCase()}`, value: error } : error;
  return json(refusalStatus[errorType], body);
};

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
