/** What the web platform says of files, in the words of a file system. */

import { isContentLibraryError, SinkError } from '../errors/index.ts';

/** The system's code and a sentence, by the name of a `DOMException`. */
const failures: Readonly<Record<string, readonly [code: string, reason: string]>> = {
  NotFoundError: ['ENOENT', 'it has gone in the meantime. Choose the directory again.'],
  TypeMismatchError: ['EISDIR', 'a directory of this name is there already. Choose another directory.'],
  NotAllowedError: ['EACCES', 'the browser does not allow it. Let the user choose the directory again.'],
  NoModificationAllowedError: ['EBUSY', 'something else is writing it. Wait until that is done.'],
  QuotaExceededError: ['ENOSPC', 'there is no space left for it. Make room, then start the download again.'],
};

const failureOf = (thrown: unknown): readonly [code: string, reason: string] | undefined =>
  typeof thrown === 'object' && thrown !== null && 'name' in thrown ? failures[String(thrown.name)] : undefined;

/** The system's code, such as `ENOSPC`, for something that the platform threw. */
export const codeOf = (thrown: unknown): string | undefined => failureOf(thrown)?.[0];

/** Makes one of this library's errors of it; what has no name here is passed on. */
export const toSinkError = (path: string, thrown: unknown): unknown => {
  const failure = failureOf(thrown);
  if (failure === undefined || isContentLibraryError(thrown)) return thrown;
  return new SinkError({ path, code: failure[0], reason: failure[1] }, { cause: thrown });
};
