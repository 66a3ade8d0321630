/** Gives a whole file its final name, in one step. */

import { link, rename } from 'node:fs/promises';
import { SinkError } from '../../index.ts';
import { codeOf } from './disk-error.ts';
import { lstatIfExists } from './no-follow-fs.ts';

/**
 * With force whatever stands there is replaced, else nothing is.
 *
 * @returns whether the file still has its first name, too
 * @throws SinkError with `EEXIST` if something stands there, without force.
 */
export const publish = async (part: string, path: string, force: boolean): Promise<boolean> => {
  if (!force) {
    try {
      // Unlike a rename, a link does not replace a file that has appeared in the meantime.
      await link(part, path);
      return true;
    } catch (thrown) {
      if (codeOf(thrown) === 'EEXIST') throw alreadyExistsError(path);
      if (!unlinkable.has(codeOf(thrown) ?? '')) throw thrown;
      if ((await lstatIfExists(path)) !== undefined) throw alreadyExistsError(path);
    }
  }
  await rename(part, path);
  return false;
};

/** File systems such as FAT know no links, and say so in one of these ways. */
const unlinkable: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR']);

/** What is said of a name that is taken. */
export const alreadyExistsError = (path: string): SinkError =>
  new SinkError({
    path,
    code: 'EEXIST',
    reason: 'a file of this name is there already. Choose another directory, or allow it to be replaced (force).',
  });
