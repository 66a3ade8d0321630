/** vCenter's errors, with their `error_type` and messages. */

import type { LocalizableMessage } from '../../model/index.ts';
import type { ErrorType } from '../options/faults.ts';

/** vCenter's name of an operation's parameters as a structure. */
const OPERATION_INPUT = 'operation-input';

/** Content of an error response. */
export interface VapiErrorContent {
  readonly errorType: ErrorType;
  readonly messages: readonly LocalizableMessage[];
  /** Machine-readable details; any JSON. */
  readonly data?: unknown;
}

/** An error that operations throw; the dialect formats its response. */
export class VapiError extends Error implements VapiErrorContent {
  override readonly name = 'VapiError';
  readonly errorType: ErrorType;
  readonly messages: readonly LocalizableMessage[];
  constructor(errorType: ErrorType, id: string, message: string, args: readonly string[] = []) {
    super(message);
    this.errorType = errorType;
    this.messages = [{ id, default_message: message, args }];
  }
}

/** The route does not exist. Only the message id distinguishes it from a missing object. */
export const routeNotFoundError = (): VapiError => new VapiError('NOT_FOUND', 'com.vmware.vapi.rest.httpNotFound', 'Not found.');

/** The object does not exist, or was deleted. */
export const objectNotFoundError = (kind: string, id: string): VapiError =>
  new VapiError('NOT_FOUND', 'com.vmware.vdcs.cls-main.object_not_found', `The ${kind} with the ID ${id} does not exist.`, [
    kind,
    id,
  ]);

/** No session, an expired session, or a wrong password: the error is the same. */
export const unauthenticatedError = (): VapiError =>
  new VapiError('UNAUTHENTICATED', 'com.vmware.vapi.endpoint.method.authentication.required', 'Authentication required.');

/** The user has the maximum number of API sessions. */
export const tooManySessionsError = (limit: number, existing: number, user: string): VapiError =>
  new VapiError(
    'SERVICE_UNAVAILABLE',
    'com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached',
    `User session count is limited to ${limit}. Existing session count is ${existing} for user ${user}.`,
    [String(limit), String(existing), user],
  );

/** A privilege is missing. */
export const unauthorizedError = (privilege: string): VapiError =>
  new VapiError('UNAUTHORIZED', 'vapi.security.authorization.invalid', `The privilege ${privilege} is missing.`, [privilege]);

/** An argument has the wrong type or is out of range. */
export const invalidArgumentError = (reason: string, ...args: readonly string[]): VapiError =>
  new VapiError('INVALID_ARGUMENT', 'com.vmware.vdcs.cls-main.invalid_argument', reason, args);

/** A parameter or a field is missing. The message is that of VMware's design guide for its APIs. */
export const missingFieldError = (field: string, structure = OPERATION_INPUT): VapiError =>
  new VapiError(
    'INVALID_ARGUMENT',
    'vapi.data.structure.field.missing',
    `Structure '${structure}' is missing a field: ${field}`,
    [structure, field],
  );

/** The request has fields, or query parameters in `/rest`, that the operation does not have. */
export const unexpectedFieldsError = (fields: readonly string[], structure = OPERATION_INPUT): VapiError => {
  const listed = `[${fields.join(', ')}]`;
  const message = `Found unexpected fields ${listed} in structure '${structure}'.`;
  return new VapiError('UNEXPECTED_INPUT', 'vapi.data.structure.field.unexpected', message, [listed, structure]);
};

/** The query has a parameter in `/api` that the operation does not have. */
export const unsupportedPropertyError = (name: string): VapiError =>
  new VapiError('INVALID_ARGUMENT', 'com.vmware.vapi.rest.unsupportedProperty', `Unsupported property with name: ${name}.`, [
    name,
  ]);

/** The body is not a JSON object. */
export const malformedBodyError = (): VapiError =>
  new VapiError('INVALID_REQUEST', 'com.vmware.vapi.rest.httpBadRequest', 'The body of the request is not a JSON object.');

/** The content type is not JSON. Type and message are those of the runtime of VMware's Go SDK. */
export const unsupportedMediaTypeError = (): VapiError =>
  new VapiError('INVALID_REQUEST', 'com.vmware.vapi.rest.unsupportedMediaType', 'Unsupported media type.');

/** The client does not accept JSON, the only format of the simulator. The error of a real server is not known. */
export const notAcceptableError = (accepted: string): VapiError =>
  new VapiError('INVALID_REQUEST', 'com.vmware.vapi.rest.httpNotAcceptable', `${accepted} is not supported, only JSON.`, [
    accepted,
  ]);

/** The operation does not support this kind of library or item. */
export const wrongKindError = (kind: string, id: string, expected: string): VapiError =>
  new VapiError(
    'INVALID_ELEMENT_TYPE',
    'com.vmware.vdcs.cls-main.invalid_library_type',
    `The ${kind} with the ID ${id} is not ${expected}.`,
    [kind, id, expected],
  );

/** The operation does not support the configuration of the library. */
export const wrongConfiguration = (reason: string, ...args: readonly string[]): VapiError =>
  new VapiError('INVALID_ELEMENT_CONFIGURATION', 'com.vmware.vdcs.cls-main.invalid_library_configuration', reason, args);

/** The operation is not allowed in the current state. */
export const notAllowedNowError = (reason: string, ...args: readonly string[]): VapiError =>
  new VapiError('NOT_ALLOWED_IN_CURRENT_STATE', 'com.vmware.vdcs.cls-main.not_allowed_in_current_state', reason, args);

/** The download session was canceled or has failed. */
export const notAllowedInStateError = (operation: string, state: string): VapiError =>
  new VapiError(
    'NOT_ALLOWED_IN_CURRENT_STATE',
    'com.vmware.vdcs.cls-main.invalid_download_session_state',
    `The operation ${operation} can not be invoked when the download session is in the ${state} state.`,
    [operation, state],
  );
