/** File system helpers that never follow symbolic links. */

import type { Stats } from 'node:fs';
import { constants, lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { codeOf } from './disk-error.ts';

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

/** Opens a regular file for reading. Returns `undefined` for links, directories, pipes and unreadable files. */
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
  if ((await lstatIfExists(path).catch(() => undefined))?.isFile() !== true) return undefined;
  const handle = await open(path, flags | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  if (handle === undefined || (await handle.stat().then(isAccepted, () => false))) return handle;
  await handle.close().catch(() => undefined);
  return undefined;
};

/** Makes new names survive a power cut. Where directories cannot be synced (Windows), the system does it in its own time. */
export const fsyncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
};

export const identityOf = (handle: FileHandle): Promise<Identity> => handle.stat({ bigint: true });
