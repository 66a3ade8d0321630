/** What the disk says, in words. */

import { isContentLibraryError, SinkError, type ContentLibraryError } from '../../index.ts';

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on the disk. Make room, then start the download again.',
  EDQUOT: 'the disk quota is used up. Make room, then start the download again.',
  EFBIG: 'it is larger than this file system, or the limit of this process, allows. Choose another disk.',
  EACCES: 'it may not be written. Check the permissions of the directory.',
  EPERM: 'it may not be written. Check the permissions of the directory.',
  EROFS: 'the file system is read-only. Choose another directory.',
  EEXIST: 'something of this name is there already. Choose another directory, or allow it to be replaced (force).',
  ENOENT: 'the directory is not there, or has gone in the meantime.',
  ENOTDIR: 'a part of its path is a file, not a directory.',
  EISDIR: 'a directory of this name is there already. Choose another directory.',
  ENAMETOOLONG: 'its name is too long for this file system.',
  EINVAL: 'this file system does not take it. Choose another directory.',
  EILSEQ: 'this file system does not take its name. Choose another directory.',
  ELOOP: 'its path leads through too many links.',
  EBUSY: 'something else is using it. Wait until that is done.',
  EIO: 'the disk could not be read or written. Check its health.',
  EMFILE: 'too many files are open. Download fewer files at the same time.',
  ENFILE: 'too many files are open on this machine. Close other programs.',
  ESTALE: 'the network drive has lost it. Start the download again.',
  EPIPE: 'the reader has gone away.',
};

/** The system's code, such as `ENOSPC`, of something that was thrown. */
export const codeOf = (thrown: unknown): string | undefined =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;

// Not by `instanceof`: in the contexts that test runners make, the errors of Node's own modules are of another `Error`.
const messageOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);

/** Makes one of this library's errors of what a file system or a stream threw. */
export const diskError = (path: string, thrown: unknown): ContentLibraryError => {
  if (isContentLibraryError(thrown)) return thrown;
  const code = codeOf(thrown);
  const reason = words[code ?? ''] ?? messageOf(thrown);
  return new SinkError({ path, code, reason }, { cause: thrown });
};
