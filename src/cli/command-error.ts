/** Errors of the command itself, and the exit codes of all errors. */

import { isContentLibraryError, isSessionLimit, isTransient, type ContentLibraryError } from '../index.ts';

/** An error that has no class in the library. */
export class CommandError extends Error {
  readonly tag: 'UsageError' | 'NotFoundError' | 'InterruptedError' | 'UnprovenError' | 'SomeFailedError';
  /** The exit code. */
  readonly code: number;
  constructor(tag: CommandError['tag'], code: number, message: string) {
    super(message);
    this.tag = tag;
    this.code = code;
  }
}

/** The command line, the environment or a file is invalid. */
export const usageError = (message: string): CommandError => new CommandError('UsageError', 2, message);

/** No library, item or file has this name. */
export const notFoundError = (message: string): CommandError => new CommandError('NotFoundError', 4, message);

/** An error as the command prints it. */
export interface Failure {
  readonly tag: string;
  readonly message: string;
  /** The exit code. */
  readonly code: number;
}

/** Converts any thrown value. */
export const toFailure = (thrown: unknown): Failure => {
  if (thrown instanceof CommandError) return { tag: thrown.tag, message: thrown.message, code: thrown.code };
  // An error of our own sink is wrapped in a `SinkError`.
  if (isContentLibraryError(thrown) && thrown.cause instanceof CommandError) return toFailure(thrown.cause);
  if (isContentLibraryError(thrown)) return { tag: thrown._tag, message: thrown.message, code: exitCode(thrown) };
  return { tag: 'Error', message: `Unexpected error: ${messageOf(thrown)}`, code: 1 };
};

/** Replaces the error of an event by what the command prints of it; an event without an error stays as it is. */
export const withFailure = (event: { readonly type: string; readonly error?: unknown }): object =>
  event.error === undefined ? event : { ...event, error: toFailure(event.error) };

/** Returns the message of any thrown value. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

const exitCode = (error: ContentLibraryError): number => {
  switch (error._tag) {
    case 'AuthenticationError':
      return 3;
    case 'ApiError':
      if (error.error_type === 'UNAUTHENTICATED' || error.error_type === 'UNAUTHORIZED') return 3;
      if (error.error_type === 'NOT_FOUND' || isUnknownFile(error.operation, error.error_type)) return 4;
      return isTransient(error) || isSessionLimit(error) ? 7 : 1;
    case 'PreparationError':
    case 'UnsupportedEndpointError':
      return 5;
    case 'TruncatedError':
    case 'ChecksumError':
      return 6;
    case 'TransportError':
    case 'TimeoutError':
    case 'PatienceError':
    case 'LeaseError':
      return 7;
    case 'TlsError':
      return 8;
    case 'SinkError':
    case 'UnsafeNameError':
      return 10;
    case 'DecodeError':
      return 1;
  }
};

/** vCenter responds with `INVALID_ARGUMENT`, not `NOT_FOUND`, if a download session has no file of a name. */
const isUnknownFile = (operation: string, type: string): boolean =>
  type === 'INVALID_ARGUMENT' && operation.startsWith('content.library.item.downloadsession.File.');
