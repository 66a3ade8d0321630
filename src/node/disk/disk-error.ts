/** Turns errors of a file system or a stream into `SinkError`s with a readable message. */

import { isContentLibraryError, SinkError, type ContentLibraryError } from '../../index.ts';

const notSupported = 'not supported by this file system. Choose another directory.';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk. Free some space, then start the download again.',
  EDQUOT: 'the disk quota is exceeded. Free some space, then start the download again.',
  EFBIG: 'too large for this file system, or for the limit of this process. Choose another disk.',
  EACCES: 'permission denied. Check the permissions of the directory.',
  EPERM: 'permission denied. Check the permissions of the directory, and whether another program uses the file.',
  EROFS: 'the file system is read-only. Choose another directory.',
  EEXIST: 'already exists. Choose another directory, or replace it with force.',
  ENOENT: 'the directory does not exist (any more).',
  ENOTDIR: 'a component of its path is a file, not a directory.',
  EISDIR: 'a directory with this name already exists. Choose another directory.',
  ENAMETOOLONG: 'the name is too long for this file system.',
  EINVAL: notSupported,
  ENOTSUP: notSupported,
  EOPNOTSUPP: notSupported,
  ENOSYS: notSupported,
  EXDEV: notSupported,
  EILSEQ: 'the name is not supported by this file system. Choose another directory.',
  ELOOP: 'its path contains too many symbolic links.',
  EBUSY: 'in use by another program. Wait until it is done.',
  EIO: 'input/output error. Check the health of the disk.',
  EMFILE: 'too many open files in this process. Download fewer files at the same time.',
  ENFILE: 'too many open files on this machine. Close other programs.',
  ESTALE: 'the network file system no longer has it. Start the download again.',
  EPIPE: 'the reader has closed the stream.',
};

/** Returns the system's code, such as `ENOSPC`. */
export const codeOf = (thrown: unknown): string | undefined =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;

// Not by `instanceof`: test runners create contexts, where the errors of Node's own modules have another `Error`.
const messageOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);

/** Wraps any thrown value; an error of this library is returned unchanged. */
export const diskError = (path: string, thrown: unknown): ContentLibraryError => {
  if (isContentLibraryError(thrown)) return thrown;
  const code = codeOf(thrown);
  const reason = reasons[code ?? ''] ?? messageOf(thrown);
  return new SinkError({ path, code, reason }, { cause: thrown });
};
