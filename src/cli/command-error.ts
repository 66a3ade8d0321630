/** What goes wrong in the command itself, and the exit code of everything that goes wrong. */

import { isContentLibraryError, isSessionLimit, isTransient, type ContentLibraryError } from '../index.ts';

/** A failure that has no class in the library. */
export class CommandError extends Error {
  readonly tag: 'UsageError' | 'NotFoundError' | 'InterruptedError' | 'UnprovenError' | 'SomeFailedError';
  readonly code: number;
  constructor(tag: CommandError['tag'], code: number, message: string) {
    super(message);
    this.tag = tag;
    this.code = code;
  }
}

/** The call is wrong. */
export const usageError = (message: string): CommandError => new CommandError('UsageError', 2, message);

/** What the user named is not there. */
export const notFoundError = (message: string): CommandError => new CommandError('NotFoundError', 4, message);

/** A failure as the command tells it. */
export interface Failure {
  readonly tag: string;
  readonly message: string;
  /** The exit code. */
  readonly code: number;
}

/** Makes a failure of whatever was thrown. */
export const failureOf = (thrown: unknown): Failure => {
  if (thrown instanceof CommandError) return { tag: thrown.tag, message: thrown.message, code: thrown.code };
  // A refusal of our own sink comes back as the sink's failure.
  if (isContentLibraryError(thrown) && thrown.cause instanceof CommandError) return failureOf(thrown.cause);
  if (isContentLibraryError(thrown)) return { tag: thrown._tag, message: thrown.message, code: exitCode(thrown) };
  return { tag: 'Error', message: `Unexpected error: ${messageOf(thrown)}`, code: 1 };
};

/** Returns the message of whatever was thrown. */
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

/** vCenter answers 400 when a session has no file of that name. */
const isUnknownFile = (operation: string, type: string): boolean =>
  type === 'INVALID_ARGUMENT' && operation.startsWith('content.library.item.downloadsession.File.');
