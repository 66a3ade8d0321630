/** Lists and removes directories. */

import { readdir, rm } from 'node:fs/promises';
import { codeOf, diskError } from '../disk/disk-error.ts';

/** Returns the names of the directories in a directory; none if it does not exist. */
export const namesIn = async (directory: string): Promise<readonly string[]> => {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw diskError(directory, thrown);
  }
};

/** Removes a directory with everything in it, if it exists. */
export const removeDirectory = async (path: string): Promise<void> => {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (thrown) {
    throw diskError(path, thrown);
  }
};
