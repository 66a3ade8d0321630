/** Checks that the disk has enough space, before the first byte is downloaded. */

import { statfs } from 'node:fs/promises';
import { SinkError } from '../../index.ts';

/**
 * A file system that does not report its free space is assumed to have enough.
 *
 * @param needed - bytes
 * @throws SinkError with `ENOSPC` and the missing space.
 */
export const assertFreeSpace = async (path: string, directory: string, needed: number): Promise<void> => {
  const stats = await statfs(directory).catch(() => undefined);
  if (stats === undefined || stats.blocks === 0) return;
  const free = stats.bavail * stats.bsize;
  if (needed <= free) return;
  const reason =
    `not enough disk space: ${formatBytes(needed)} needed, ${formatBytes(free)} free, ${formatBytes(needed - free)} missing. ` +
    'Free some space, then start the download again.';
  throw new SinkError({ path, code: 'ENOSPC', reason });
};

const units = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

const formatBytes = (bytes: number): string => {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`;
};
