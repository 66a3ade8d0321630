/** File system helpers that never follow symbolic links. */

import type { Stats } from 'node:fs';
import { constants, lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { codeOf } from './disk-error.ts';
import { isNotSupported } from './not-supported.ts';

/** Identifies a file on this machine, whatever its name. */
export interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** A dangling link exists, too. */
export const lstatIfExists = (path: string) => lstat(path, { bigint: true }).catch(ignoreMissing);

/** Returns true if the path names the file with this identity. */
export const isSameFile = async (path: string, { dev, ino }: Identity): Promise<boolean> => {
  const stats = await lstatIfExists(path).catch(() => undefined);
  return stats?.ino === ino && stats.dev === dev;
};

export const unlinkIfExists = (path: string): Promise<void> => unlink(path).catch(ignoreMissing);

const ignoreMissing = (thrown: unknown): undefined => {
  if (codeOf(thrown) !== 'ENOENT') throw thrown;
};

// Windows has neither, and Node does not define them there.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** Opens a regular file for reading. Returns `undefined` for links, directories and pipes, and if there is no file. */
export const openRegularFile = (path: string): Promise<FileHandle | undefined> =>
  openIf(path, constants.O_RDONLY, (stats) => stats.isFile());

/**
 * Opens a file to continue writing it. Returns `undefined` for a file with a second hard link: it may belong to another program, or be
 * complete already.
 */
export const openForResume = (path: string): Promise<FileHandle | undefined> =>
  openIf(path, constants.O_RDWR, (stats) => stats.isFile() && stats.nlink === 1);

const openIf = async (path: string, flags: number, isAccepted: (stats: Stats) => boolean): Promise<FileHandle | undefined> => {
  // `lstat` first: opening a pipe has side effects.
  if ((await lstatIfExists(path))?.isFile() !== true) return undefined;
  const handle = await open(path, flags | O_NOFOLLOW | O_NONBLOCK).catch(ignoreMissing);
  if (handle === undefined) return undefined;
  let isUsable = false;
  try {
    isUsable = isAccepted(await handle.stat());
  } finally {
    if (!isUsable) await handle.close().catch(() => undefined);
  }
  return isUsable ? handle : undefined;
};

/** Makes new names survive a power cut. Where directories cannot be synced (Windows), the system does it in its own time. */
export const syncDirectory = async (directory: string): Promise<void> => {
  let handle: FileHandle | undefined;
  try {
    handle = await open(directory);
    await handle.sync();
  } catch (thrown) {
    if (!isNotSupported(thrown)) throw thrown;
  } finally {
    await handle?.close().catch(() => undefined);
  }
};

export const identityOf = (handle: FileHandle): Promise<Identity> => handle.stat({ bigint: true });
