/** What stands under a name in a directory: looked at, opened and removed without following a link. */

import type { Stats } from 'node:fs';
import { constants, lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { codeOf } from './disk-error.ts';

/** What tells one file of a machine from all others, whatever their names. */
export interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** What stands there, or `undefined`; a link that leads nowhere is something, too. */
export const lstatIfExists = (path: string) => lstat(path, { bigint: true }).catch(unlessMissing);

/** Whether what stands there is this very file. */
export const isSameFile = async (path: string, { dev, ino }: Identity): Promise<boolean> => {
  const there = await lstatIfExists(path).catch(() => undefined);
  return there?.ino === ino && there.dev === dev;
};

/** Removes what stands there, if anything does. */
export const unlinkIfExists = (path: string): Promise<void> => unlink(path).catch(unlessMissing);

const unlessMissing = (thrown: unknown): undefined => {
  if (codeOf(thrown) !== 'ENOENT') throw thrown;
};

// Windows has neither, and Node does not name them there.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** Opens what stands there if it is a plain file; links, directories, pipes and what may not be read are `undefined`. */
export const openRegularFile = (path: string): Promise<FileHandle | undefined> =>
  openIf(path, constants.O_RDONLY, (stats) => stats.isFile());

/**
 * Opens a file to go on writing it: one that has a second name somewhere is `undefined`, for that may be a file of somebody's, or a whole
 * one.
 */
export const openForResume = (path: string): Promise<FileHandle | undefined> =>
  openIf(path, constants.O_RDWR, (stats) => stats.isFile() && stats.nlink === 1);

const openIf = async (path: string, flags: number, fits: (stats: Stats) => boolean): Promise<FileHandle | undefined> => {
  // Looked at first: to open a pipe has effects of its own.
  if ((await lstatIfExists(path).catch(() => undefined))?.isFile() !== true) return undefined;
  const handle = await open(path, flags | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  if (handle === undefined || (await handle.stat().then(fits, () => false))) return handle;
  await handle.close().catch(() => undefined);
  return undefined;
};

/** Makes a new name survive a power cut; where directories cannot be flushed (Windows), the system does it in its own time. */
export const fsyncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
};

/** What tells an open file from all others. */
export const identityOf = (handle: FileHandle): Promise<Identity> => handle.stat({ bigint: true });
