/** Returns the space that is free on a disk. */

import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Returns the bytes that are free where the directory is or would be; `undefined` if the system does not state them. */
export const freeSpace = async (directory: string): Promise<number | undefined> => {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    const parent = dirname(directory);
    return parent === directory ? undefined : freeSpace(parent);
  }
};
