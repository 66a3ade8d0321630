/** Distinguishes an operation that a file system does not support from a disk that fails. */

import { codeOf } from './disk-error.ts';

/**
 * Codes with which file systems refuse to sync, to link or to remove a name. Network file systems and FUSE return others than the
 * documented ones; Windows returns `EPERM` and `EBUSY` for names that another program uses. A disk that fails returns none of them.
 */
const codes: ReadonlySet<string | undefined> = new Set([
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EXDEV',
  'EACCES',
  'EPERM',
  'EMLINK',
  'EISDIR',
  'EBUSY',
]);

export const isNotSupported = (thrown: unknown): boolean => codes.has(codeOf(thrown));

/** Returns the error if the operation is not supported, otherwise `undefined`. Rejects if the disk fails. */
export const refusalOf = (operation: Promise<unknown>): Promise<unknown> =>
  operation.then(
    () => undefined,
    (thrown: unknown) => {
      if (!isNotSupported(thrown)) throw thrown;
      return thrown;
    },
  );
