/** Whether a disk has room for what is about to come. */

import { statfs } from 'node:fs/promises';
import { SinkError } from '../../index.ts';

/**
 * Looks before the first byte comes. A file system that does not tell how much is free is believed to have enough.
 *
 * @throws SinkError with `ENOSPC`, saying how much is missing.
 */
export const assertFreeSpace = async (path: string, directory: string, needed: number): Promise<void> => {
  const disk = await statfs(directory).catch(() => undefined);
  if (disk === undefined || disk.blocks === 0) return;
  const free = disk.bavail * disk.bsize;
  if (needed <= free) return;
  const reason =
    `the disk has ${inWords(free)} free, and ${inWords(needed)} are still to come: ${inWords(needed - free)} are missing. ` +
    'Make room, then start the download again.';
  throw new SinkError({ path, code: 'ENOSPC', reason });
};

const units = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

const inWords = (bytes: number): string => {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`;
};
