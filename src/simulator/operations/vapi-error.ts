/** What a simulated vCenter says when it refuses. */

import type { LocalizableMessage } from '../../model/index.ts';
import type { ErrorType } from '../options/faults.ts';

/** What vCenter calls the parameters of an operation, taken together. */
const OPERATION_INPUT = 'operation-input';

/** A reason, and what is said of it. */
export interface VapiErrorContent {
  readonly errorType: ErrorType;
  readonly messages: readonly LocalizableMessage[];
  /** For programs; any JSON. */
  readonly data?: unknown;
}

/** A refusal: operations throw it, and the dialects put it in words. */
export class VapiError extends Error implements VapiErrorContent {
  override readonly name = 'Refusal';
  readonly errorType: ErrorType;
  readonly messages: readonly LocalizableMessage[];
  constructor(errorType: ErrorType, id: string, message: string, args: readonly string[] = []) {
    super(message);
    this.errorType = errorType;
    this.messages = [{ id, default_message: message, args }];
  }
}

/** The route is unknown. Only the message's id tells this from a missing object. */
export const routeNotFound = (): VapiError => new VapiError('NOT_FOUND', 'com.vmware.vapi.rest.httpNotFound', 'Not found.');

/** The object is unknown, or has been deleted. */
export const objectNotFound = (kind: string, id: string): VapiError =>
  new VapiError('NOT_FOUND', 'com.vmware.vdcs.cls-main.object_not_found', `The ${kind} with the ID ${id} does not exist.`, [
    kind,
    id,
  ]);

/** No login, a login that has ended, or a wrong password: the answer is the same. */
export const unauthenticated = (): VapiError =>
  new VapiError('UNAUTHENTICATED', 'com.vmware.vapi.endpoint.method.authentication.required', 'Authentication required.');

/** The user has as many logins as one may have. */
export const tooManySessions = (limit: number, existing: number, user: string): VapiError =>
  new VapiError(
    'SERVICE_UNAVAILABLE',
    'com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached',
    `User session count is limited to ${limit}. Existing session count is ${existing} for user ${user}.`,
    [String(limit), String(existing), user],
  );

/** A privilege is missing. */
export const unauthorized = (privilege: string): VapiError =>
  new VapiError('UNAUTHORIZED', 'vapi.security.authorization.invalid', `The privilege ${privilege} is missing.`, [privilege]);

/** An argument is of the wrong kind or out of range. */
export const invalidArgument = (reason: string, ...args: readonly string[]): VapiError =>
  new VapiError('INVALID_ARGUMENT', 'com.vmware.vdcs.cls-main.invalid_argument', reason, args);

/** A parameter or a field is missing. The words are those of VMware's design guide for its APIs. */
export const missingField = (field: string, structure = OPERATION_INPUT): VapiError =>
  new VapiError(
    'INVALID_ARGUMENT',
    'vapi.data.structure.field.missing',
    `Structure '${structure}' is missing a field: ${field}`,
    [structure, field],
  );

/** There are fields, or parameters of a query in `/rest`, that the operation does not have. */
export const unexpectedFields = (fields: readonly string[], structure = OPERATION_INPUT): VapiError => {
  const listed = `[${fields.join(', ')}]`;
  const said = `Found unexpected fields ${listed} in structure '${structure}'.`;
  return new VapiError('UNEXPECTED_INPUT', 'vapi.data.structure.field.unexpected', said, [listed, structure]);
};

/** There is a parameter in a query of `/api` that the operation does not have. */
export const unsupportedProperty = (name: string): VapiError =>
  new VapiError('INVALID_ARGUMENT', 'com.vmware.vapi.rest.unsupportedProperty', `Unsupported property with name: ${name}.`, [
    name,
  ]);

/** The body is not a JSON object. */
export const malformedBody = (): VapiError =>
  new VapiError('INVALID_REQUEST', 'com.vmware.vapi.rest.httpBadRequest', 'The body of the request is not a JSON object.');

/** The body is said to be something else than JSON. Reason and words are those of the runtime of VMware's Go SDK. */
export const unsupportedMediaType = (): VapiError =>
  new VapiError('INVALID_REQUEST', 'com.vmware.vapi.rest.unsupportedMediaType', 'Unsupported media type.');

/** The client wants no JSON, which is all that the simulator has. How a real server refuses is not known. */
export const notAcceptable = (accepted: string): VapiError =>
  new VapiError('INVALID_REQUEST', 'com.vmware.vapi.rest.httpNotAcceptable', `There is no answer in ${accepted}, only JSON.`, [
    accepted,
  ]);

/** The library or item is of another kind than the operation is for. */
export const wrongKind = (kind: string, id: string, wanted: string): VapiError =>
  new VapiError(
    'INVALID_ELEMENT_TYPE',
    'com.vmware.vdcs.cls-main.invalid_library_type',
    `The ${kind} with the ID ${id} is not ${wanted}.`,
    [kind, id, wanted],
  );

/** Something is not allowed as things are. */
export const notAllowedNow = (reason: string, ...args: readonly string[]): VapiError =>
  new VapiError('NOT_ALLOWED_IN_CURRENT_STATE', 'com.vmware.vdcs.cls-main.not_allowed_in_current_state', reason, args);

/** The download session has been cancelled or has failed. */
export const notAllowedInState = (operation: string, state: string): VapiError =>
  new VapiError(
    'NOT_ALLOWED_IN_CURRENT_STATE',
    'com.vmware.vdcs.cls-main.invalid_download_session_state',
    `The operation ${operation} can not be invoked when the download session is in the ${state} state.`,
    [operation, state],
  );
