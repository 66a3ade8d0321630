/**
 * All errors of the library: one class per file, their union, and the guards.
 *
 * Each error carries facts as fields, a message with advice, and the original failure as `cause`. Errors MUST NOT contain
 * a password, a session id, a header, a challenge or the URL of a file's bytes.
 */

import { SESSION_LIMIT_ID, UNKNOWN_ROUTE_IDS, type ApiError } from './api-error.ts';
import type { AuthenticationError } from './authentication-error.ts';
import type { ChecksumError } from './checksum-error.ts';
import type { DecodeError } from './decode-error.ts';
import type { LeaseError } from './lease-error.ts';
import type { PatienceError } from './patience-error.ts';
import type { PreparationError } from './preparation-error.ts';
import type { SinkError } from './sink-error.ts';
import type { TimeoutError } from './timeout-error.ts';
import type { TlsError } from './tls-error.ts';
import { PERMANENT_CODES, type TransportError } from './transport-error.ts';
import type { TruncatedError } from './truncated-error.ts';
import type { UnsafeNameError } from './unsafe-name-error.ts';
import type { UnsupportedEndpointError } from './unsupported-endpoint-error.ts';

export { ApiError, type ErrorMessage } from './api-error.ts';
export { AuthenticationError } from './authentication-error.ts';
export { ChecksumError } from './checksum-error.ts';
export { DecodeError, type DecodeIssue } from './decode-error.ts';
export { LeaseError, type LeaseEnding } from './lease-error.ts';
export { PatienceError, type ObservedStatus } from './patience-error.ts';
export { PreparationError } from './preparation-error.ts';
export { SinkError } from './sink-error.ts';
export { TimeoutError, type MeasuredSpeed, type UnchangedStatus } from './timeout-error.ts';
export { TlsError } from './tls-error.ts';
export { TransportError } from './transport-error.ts';
export { TruncatedError } from './truncated-error.ts';
export { UnsafeNameError } from './unsafe-name-error.ts';
export { UnsupportedEndpointError } from './unsupported-endpoint-error.ts';

/** All errors of the library, discriminated by `_tag`. */
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

/** Returns true if a thrown value is one of this library's errors, also one from another copy of the library. */
export const isContentLibraryError = (thrown: unknown): thrown is ContentLibraryError =>
  thrown instanceof Error && '_tag' in thrown && typeof thrown._tag === 'string' && Object.hasOwn(tags, thrown._tag);

/** Returns true if a login was rejected because the user has too many API sessions (550 by default). A retry does not help. */
export const isSessionLimit = (thrown: unknown): boolean =>
  isContentLibraryError(thrown) &&
  thrown._tag === 'ApiError' &&
  thrown.messages.some((message) => message.id === SESSION_LIMIT_ID);

/**
 * Returns true if the server does not have the operation at this address: it is older, newer, or uses the other dialect. A missing
 * object has the same status and `error_type`.
 */
export const isUnknownRoute = (thrown: unknown): boolean =>
  isContentLibraryError(thrown) &&
  thrown._tag === 'ApiError' &&
  (thrown.error_type === 'OPERATION_NOT_FOUND' || thrown.messages.some(({ id }) => UNKNOWN_ROUTE_IDS.test(id)));

const transientTypes: ReadonlySet<string> = new Set([
  'RESOURCE_BUSY',
  'SERVICE_UNAVAILABLE',
  'UNABLE_TO_ALLOCATE_RESOURCE',
  'INTERNAL_SERVER_ERROR',
  'TIMED_OUT',
]);

/**
 * Returns true if the same request may succeed a little later. Decided by the server's own indication, else by `error_type`; never by
 * the status alone.
 */
export const isTransient = (thrown: unknown): boolean => {
  if (!isContentLibraryError(thrown)) return false;
  if (thrown._tag === 'ApiError')
    return !isSessionLimit(thrown) && (transientIndication(thrown.data) ?? transientTypes.has(thrown.error_type));
  if (thrown._tag === 'TransportError') return thrown.code === undefined || !PERMANENT_CODES.has(thrown.code);
  return thrown._tag === 'TimeoutError';
};

/** VMware's `TransientIndication`, one of the structures that `data` may have. */
const transientIndication = (data: unknown): boolean | undefined =>
  typeof data === 'object' && data !== null && 'is_transient' in data && typeof data.is_transient === 'boolean'
    ? data.is_transient
    : undefined;
