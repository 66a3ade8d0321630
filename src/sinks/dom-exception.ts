/** Turns a `DOMException` of the web's file system API into a `SinkError` with a system code. */

import { isContentLibraryError, SinkError } from '../errors/index.ts';

const notSupported = 'not supported by this file system. Choose another directory.';

/** System code and reason, by the name of the `DOMException`. */
const failures: Readonly<Record<string, readonly [code: string, reason: string]>> = {
  NotFoundError: ['ENOENT', 'the directory or file no longer exists. Choose the directory again.'],
  TypeMismatchError: ['EISDIR', 'a directory with this name already exists. Choose another directory.'],
  NotAllowedError: ['EACCES', 'permission denied by the browser. Let the user choose the directory again.'],
  SecurityError: ['EACCES', 'permission denied by the browser. Let the user choose the directory again.'],
  AbortError: ['EPERM', 'the browser has rejected the file, for example because it looks dangerous. Choose another directory.'],
  NoModificationAllowedError: ['EBUSY', 'in use by another writer. Wait until it is done.'],
  InvalidModificationError: ['ENOTSUP', notSupported],
  NotSupportedError: ['ENOTSUP', notSupported],
  InvalidStateError: ['ESTALE', 'the file was changed by another program. Start the download again.'],
  NotReadableError: ['EIO', 'input/output error. Check the health of the disk.'],
  UnknownError: ['EIO', 'input/output error. Check the health of the disk.'],
  QuotaExceededError: ['ENOSPC', 'no space left. Free some space, then start the download again.'],
};

const failureOf = (thrown: unknown): readonly [code: string, reason: string] | undefined =>
  typeof thrown === 'object' && thrown !== null && 'name' in thrown ? failures[String(thrown.name)] : undefined;

/** Returns the system code, such as `ENOSPC`. */
export const codeOf = (thrown: unknown): string | undefined => failureOf(thrown)?.[0];

/** Returns any other value unchanged. */
export const toSinkError = (path: string, thrown: unknown): unknown => {
  const failure = failureOf(thrown);
  if (failure === undefined || isContentLibraryError(thrown)) return thrown;
  return new SinkError({ path, code: failure[0], reason: failure[1] }, { cause: thrown });
};
