/**
 * Every way to fail: one union, told apart by `_tag`.
 *
 * Each error carries facts as fields, a message made of those facts that says what to do, and `cause` where something else
 * failed first. None of them carries a password, a session id, a header, a challenge or the URL of a file's bytes.
 */

import { sessionLimitId, unknownRouteId, type ApiError, type DecodeError } from './api.ts';
import { lastingCodes, type AuthenticationError, type TimeoutError, type TlsError, type TransportError } from './connection.ts';
import type {
  ChecksumError,
  LeaseError,
  PatienceError,
  PreparationError,
  SinkError,
  TruncatedError,
  UnsafeNameError,
  UnsupportedEndpointError,
} from './file.ts';

export { ApiError, DecodeError, type DecodeIssue, type ErrorMessage } from './api.ts';
export { AuthenticationError, TimeoutError, TlsError, TransportError } from './connection.ts';
export {
  ChecksumError,
  LeaseError,
  PatienceError,
  PreparationError,
  SinkError,
  TruncatedError,
  UnsafeNameError,
  UnsupportedEndpointError,
  type LeaseEnding,
  type ObservedStatus,
} from './file.ts';

/** Every way to fail, told apart by `_tag`. */
export type ContentLibraryError =
  | TransportError
  | TimeoutError
  | TlsError
  | ApiError
  | AuthenticationError
  | DecodeError
  | PreparationError
  | PatienceError
  | TruncatedError
  | ChecksumError
  | LeaseError
  | UnsafeNameError
  | UnsupportedEndpointError
  | SinkError;

const tags: Readonly<Record<ContentLibraryError['_tag'], true>> = {
  TransportError: true,
  TimeoutError: true,
  TlsError: true,
  ApiError: true,
  AuthenticationError: true,
  DecodeError: true,
  PreparationError: true,
  PatienceError: true,
  TruncatedError: true,
  ChecksumError: true,
  LeaseError: true,
  UnsafeNameError: true,
  UnsupportedEndpointError: true,
  SinkError: true,
};

/** Whether something that was thrown is one of this library's errors; true for another copy of the library, too. */
export const isContentLibraryError = (thrown: unknown): thrown is ContentLibraryError =>
  thrown instanceof Error && '_tag' in thrown && typeof thrown._tag === 'string' && Object.hasOwn(tags, thrown._tag);

/** Whether a login was refused because the user has too many API sessions already (550 by default). Trying again does not help. */
export const isSessionLimit = (thrown: unknown): boolean =>
  isContentLibraryError(thrown) && thrown._tag === 'ApiError' && thrown.messages.some((message) => message.id === sessionLimitId);

const transientTypes: ReadonlySet<string> = new Set([
  'RESOURCE_BUSY',
  'SERVICE_UNAVAILABLE',
  'UNABLE_TO_ALLOCATE_RESOURCE',
  'INTERNAL_SERVER_ERROR',
  'TIMED_OUT',
]);

/**
 * Whether a request was refused because this server does not have the operation, or not under this address: it is older, newer, or
 * speaks the other dialect. A missing object has the same status and `error_type`.
 */
export const isUnknownRoute = (thrown: unknown): boolean =>
  isContentLibraryError(thrown) &&
  thrown._tag === 'ApiError' &&
  (thrown.error_type === 'OPERATION_NOT_FOUND' || thrown.messages.some(({ id }) => unknownRouteId.test(id)));

/**
 * Whether the same request may well succeed a little later. Decided by what the server says of it, else by `error_type`; never by the
 * status alone.
 */
export const isTransient = (thrown: unknown): boolean => {
  if (!isContentLibraryError(thrown)) return false;
  if (thrown._tag === 'ApiError')
    return !isSessionLimit(thrown) && (transientIndication(thrown.data) ?? transientTypes.has(thrown.error_type));
  if (thrown._tag === 'TransportError') return thrown.code === undefined || !lastingCodes.has(thrown.code);
  return thrown._tag === 'TimeoutError';
};

/** VMware's `TransientIndication`, one of the things that an error's data may be. */
const transientIndication = (data: unknown): boolean | undefined =>
  typeof data === 'object' && data !== null && 'is_transient' in data && typeof data.is_transient === 'boolean'
    ? data.is_transient
    : undefined;
