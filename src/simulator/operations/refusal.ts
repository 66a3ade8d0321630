/** What a simulated vCenter says when it refuses. */

import type { LocalizableMessage } from '../../model.ts';

/** VMware's names of the reasons that the simulator has, and their status, on which both dialects agree. */
export const refusalStatus = {
  INVALID_ARGUMENT: 400,
  INVALID_REQUEST: 400,
  NOT_ALLOWED_IN_CURRENT_STATE: 400,
  UNAUTHENTICATED: 401,
  UNAUTHORIZED: 403,
  NOT_FOUND: 404,
  INTERNAL_SERVER_ERROR: 500,
} as const;

/** A refusal: operations throw it, and the dialects put it in words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly errorType: keyof typeof refusalStatus;
  readonly messages: readonly LocalizableMessage[];
  constructor(errorType: keyof typeof refusalStatus, id: string, message: string, args: readonly string[] = []) {
    super(message);
    this.errorType = errorType;
    this.messages = [{ id, default_message: message, args }];
  }
}

/** The route is unknown. Only the message's id tells this from a missing object. */
export const routeNotFound = (): Refusal => new Refusal('NOT_FOUND', 'com.vmware.vapi.rest.httpNotFound', 'Not found.');

/** The object is unknown, or has been deleted. */
export const objectNotFound = (kind: string, id: string): Refusal =>
  new Refusal('NOT_FOUND', 'com.vmware.vdcs.cls-main.object_not_found', `The ${kind} with the ID ${id} does not exist.`, [
    kind,
    id,
  ]);

/** No login, a login that has ended, or a wrong password: the answer is the same. */
export const unauthenticated = (): Refusal =>
  new Refusal('UNAUTHENTICATED', 'com.vmware.vapi.endpoint.method.authentication.required', 'Authentication required.');

/** A privilege is missing. */
export const unauthorized = (privilege: string): Refusal =>
  new Refusal('UNAUTHORIZED', 'vapi.security.authorization.invalid', `The privilege ${privilege} is missing.`, [privilege]);

/** An argument is missing, of the wrong kind or out of range. */
export const invalidArgument = (reason: string, ...args: readonly string[]): Refusal =>
  new Refusal('INVALID_ARGUMENT', 'com.vmware.vdcs.cls-main.invalid_argument', reason, args);

/** The body is not a JSON object. */
export const malformedBody = (): Refusal =>
  new Refusal('INVALID_REQUEST', 'com.vmware.vapi.rest.httpBadRequest', 'The body of the request is not a JSON object.');

/** The download session has been cancelled or has failed. */
export const notAllowedInState = (operation: string, state: string): Refusal =>
  new Refusal(
    'NOT_ALLOWED_IN_CURRENT_STATE',
    'com.vmware.vdcs.cls-main.invalid_download_session_state',
    `The operation ${operation} can not be invoked when the download session is in the ${state} state.`,
    [operation, state],
  );
