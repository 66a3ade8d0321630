/** Checks that the disk has enough space, before the first byte is downloaded. */

import { statfs } from 'node:fs/promises';
import { SinkError, type ContentLibraryError } from '../../index.ts';
import { codeOf, diskError } from './disk-error.ts';
import { lstatIfExists } from './no-follow-fs.ts';
import { temporaryPathsOf } from './temporary-paths.ts';

/**
 * A file system that does not report its free space is assumed to have enough.
 *
 * @param needed - bytes
 * @param allNeeded - Returns the bytes that all files of the download still need; for the message.
 * @throws SinkError with `ENOSPC` and the missing space.
 */
export const assertFreeSpace = async (
  path: string,
  directory: string,
  needed: number,
  allNeeded: () => Promise<number>,
): Promise<void> => {
  const stats = await statfs(directory).catch(() => undefined);
  if (stats === undefined || stats.blocks === 0) return;
  const free = stats.bavail * stats.bsize;
  if (needed <= free) return;
  const toCome = Math.max(needed, await allNeeded());
  const reason =
    `not enough disk space: ${formatBytes(toCome)} needed for all files still to come, ${formatBytes(free)} free, ` +
    `${formatBytes(toCome - free)} missing. Free some space, then start the download again.`;
  throw new SinkError({ path, code: 'ENOSPC', reason });
};

/**
 * Returns the error of a disk. If a write has found it full, or the quota exceeded, the message states what the download still needs.
 *
 * @param allNeeded - Returns the bytes that all files of the download still need, as far as they are known.
 */
export const errorOfDisk = async (
  path: string,
  directory: string,
  thrown: unknown,
  allNeeded: () => Promise<number>,
): Promise<ContentLibraryError> => {
  const code = codeOf(thrown);
  const problem = { ENOSPC: 'no space left on the disk', EDQUOT: 'the disk quota is exceeded' }[code ?? ''];
  const toCome = problem === undefined ? 0 : await allNeeded().catch(() => 0);
  if (problem === undefined || toCome === 0) return diskError(path, thrown);
  const stats = code === 'ENOSPC' ? await statfs(directory).catch(() => undefined) : undefined;
  const free = stats === undefined || stats.blocks === 0 ? undefined : stats.bavail * stats.bsize;
  const missing =
    free === undefined || free >= toCome ? '' : `, ${formatBytes(free)} free, ${formatBytes(toCome - free)} missing`;
  const reason =
    `${problem}: ${formatBytes(toCome)} needed for all files still to come${missing}. ` +
    'Free some space, then start the download again.';
  return new SinkError({ path, code, reason }, { cause: thrown });
};

/** Returns the bytes that a file still needs, as far as they are known: none if it exists, fewer if an earlier run has kept some. */
export const bytesToCome = async (path: string, size: number | undefined, force: boolean): Promise<number> => {
  if (size === undefined || (!force && (await lstatIfExists(path)) !== undefined)) return 0;
  const part = await lstatIfExists(temporaryPathsOf(path).part);
  return Math.max(0, size - Number(part?.isFile() === true ? part.size : 0));
};

const units = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

const formatBytes = (bytes: number): string => {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`;
};
