/** What the command prints of an error, and its exit code. */

import { isContentLibraryError, isSessionLimit, isTransient, SinkError, type ContentLibraryError } from '../../index.ts';
import { CommandError, messageOf, type Candidate } from '../command-error.ts';
import { jsonLine, replaceControlCharacters } from './format.ts';
import type { LostOutput } from './lost-output.ts';

/** An error as the command prints it. */
export interface Failure {
  readonly tag: string;
  readonly message: string;
  /** The exit code. */
  readonly code: number;
  /** What an ambiguous name may mean. */
  readonly candidates?: readonly Candidate[];
}

/** Converts any thrown value. */
export const toFailure = (thrown: unknown): Failure => {
  if (thrown instanceof CommandError) {
    const { tag, message, code, candidates } = thrown;
    return { tag, message, code, ...(candidates === undefined ? {} : { candidates }) };
  }
  // An error of our own sink is wrapped in a `SinkError`.
  if (isContentLibraryError(thrown) && thrown.cause instanceof CommandError) return toFailure(thrown.cause);
  if (isContentLibraryError(thrown)) return { tag: thrown._tag, message: thrown.message, code: exitCode(thrown) };
  return { tag: 'Error', message: `Unexpected error: ${messageOf(thrown)}`, code: 1 };
};

/** Replaces the error of an event by what the command prints of it; an event without an error stays as it is. */
export const withFailure = (event: { readonly type: string; readonly error?: unknown }): object =>
  event.error === undefined ? event : { ...event, error: toFailure(event.error) };

/** Returns the error for output that was lost. */
export const lostOutputError = ({ path, error }: LostOutput): SinkError => {
  const reason = `the output is incomplete, because it could not be written (${error.message}).`;
  return new SinkError({ path, code: error.code, reason }, { cause: error });
};

/** How a command prints errors. */
export interface Output {
  /** True to print one JSON object a line instead of text. */
  readonly json: boolean;
  /** Where the JSON goes. @default standard output */
  readonly jsonTo?: NodeJS.WritableStream;
  /** Returns a sentence that is added to the message of an error, or an empty text. */
  readonly describe?: (thrown: unknown) => string;
}

/** Prints an error as text or JSON, and returns its exit code. */
export const reportFailure = (thrown: unknown, { json, jsonTo = process.stdout, describe = () => '' }: Output): number => {
  if (isReaderGone(thrown)) return 0;
  const { message, ...rest } = toFailure(thrown);
  const failure = { ...rest, message: `${message} ${describe(thrown)}`.trimEnd() };
  if (json) jsonTo.write(jsonLine({ type: 'error', error: failure }));
  // The message may contain text from the server; its line breaks are kept.
  else process.stderr.write(`${`${failure.tag}: ${failure.message}`.split('\n').map(replaceControlCharacters).join('\n')}\n`);
  return failure.code;
};

/** Returns true if the process that read standard output has closed it, as `head` does: that is no error. */
const isReaderGone = (thrown: unknown): boolean =>
  isContentLibraryError(thrown) && thrown._tag === 'SinkError' && thrown.code === 'EPIPE';

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
