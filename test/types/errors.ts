/** A switch over `_tag` narrows each error, and has to handle all of them. */

import type { ContentLibraryError } from 'rx-content-library';
import { isContentLibraryError } from 'rx-content-library';
import { assertNever } from './never.ts';

export const advice = (error: ContentLibraryError): string => {
  switch (error._tag) {
    case 'TransportError':
    case 'TimeoutError':
      return `try ${error.operation} again`;
    case 'TlsError':
      return `trust ${error.host}`;
    case 'AuthenticationError':
      return `log in to ${error.server}`;
    case 'ApiError':
      return error.error_type;
    case 'DecodeError':
      return error.issues.map(({ path }) => path).join();
    case 'PreparationError':
    case 'TruncatedError':
    case 'ChecksumError':
    case 'UnsafeNameError':
    case 'UnsupportedEndpointError':
      return error.file;
    case 'PatienceError':
      return error.history.map(({ file, status, after }) => `${file}: ${status} after ${after} ms`).join();
    case 'LeaseError':
      return error.ending === 'gone' ? error.downloadSessionId : error.ending;
    case 'SinkError':
      return error.path;
    default:
      return assertNever(error);
  }
};

export const incomplete = (error: ContentLibraryError): string => {
  switch (error._tag) {
    case 'SinkError':
      return error.path;
    default:
      // @ts-expect-error 2345: cases are missing
      return assertNever(error);
  }
};

export const misspelled = (error: ContentLibraryError): boolean =>
  // @ts-expect-error 2367: no error has this tag
  error._tag === 'ChecksumErorr';

export const narrowed = (thrown: unknown): ContentLibraryError | undefined =>
  isContentLibraryError(thrown) ? thrown : undefined;

export const overwritten = (error: Extract<ContentLibraryError, { _tag: 'ApiError' }>): void => {
  // @ts-expect-error 2540: fields are read-only
  error.status = 200;
  // @ts-expect-error 2339: arrays are read-only
  error.messages.pop();
};
