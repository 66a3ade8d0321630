/** Publishes a complete file under its final name, atomically. */

import { link, rename } from 'node:fs/promises';
import { SinkError } from '../../index.ts';
import { codeOf } from './disk-error.ts';
import { lstatIfExists } from './no-follow-fs.ts';

/**
 * Replaces an existing file only with `force`.
 *
 * @returns true if the file still has its `.part` name, too
 * @throws SinkError with `EEXIST` if the name exists, without `force`.
 */
export const publish = async (part: string, path: string, force: boolean): Promise<boolean> => {
  if (!force) {
    try {
      // Unlike `rename`, `link` never replaces a file that was created in the meantime.
      await link(part, path);
      return true;
    } catch (thrown) {
      if (codeOf(thrown) === 'EEXIST') throw alreadyExistsError(path);
      if (!noHardLinks.has(codeOf(thrown) ?? '')) throw thrown;
      if ((await lstatIfExists(path)) !== undefined) throw alreadyExistsError(path);
    }
  }
  await rename(part, path);
  return false;
};

/** Codes of file systems without hard links, such as FAT. */
const noHardLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR']);

/** The same message as that of `toFileSystemDirectory`. */
export const alreadyExistsError = (path: string): SinkError =>
  new SinkError({
    path,
    code: 'EEXIST',
    reason: 'a file with this name already exists. Choose another directory, or replace it with force.',
  });
