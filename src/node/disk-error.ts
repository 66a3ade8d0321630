/** What the disk says, in words. */

import { isContentLibraryError, SinkError, type ContentLibraryError } from '../index.ts';

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on the disk. Make room, then start the download again.',
  EDQUOT: 'the disk quota is used up. Make room, then start the download again.',
  EACCES: 'it may not be written. Check the permissions of the directory.',
  EPERM: 'it may not be written. Check the permissions of the directory.',
  EROFS: 'the file system is read-only. Choose another directory.',
  EEXIST: 'something of this name is there already. Choose another directory, or allow it to be replaced (force).',
  ENOTDIR: 'a part of its path is a file, not a directory.',
  EISDIR: 'a directory of this name is there already.',
  ENAMETOOLONG: 'its name is too long for this file system.',
  EPIPE: 'the reader has gone away.',
};

/** Makes one of this library's errors of what a file system or a stream threw. */
export const diskError = (path: string, thrown: unknown): ContentLibraryError => {
  if (isContentLibraryError(thrown)) return thrown;
  const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  const reason = words[code ?? ''] ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new SinkError({ path, code, reason }, { cause: thrown });
};
