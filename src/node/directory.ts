/** A sink that writes files to a directory, and renames each when it is complete. */

import { join, resolve } from 'node:path';
import { createFileNameValidator, type PlannedFile, type Sink } from '../index.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { diskError } from './disk/disk-error.ts';
import { createNewWarningFilter } from './disk/disk-warning.ts';
import { assertWritable, ensureDirectory } from './disk/ensure-directory.ts';
import { createVerifiedFinder } from './disk/existing-file.ts';
import { assertFreeSpace, bytesToCome, errorOfDisk } from './disk/free-space.ts';
import { findObstacle, openPart } from './disk/open-part.ts';
import type { PartFile } from './disk/part-file.ts';
import { alreadyExistsError } from './disk/publish.ts';
import { nodeHash } from './hash.ts';

/** Options of {@link toDirectory}. */
export interface DirectoryOptions {
  /** True to replace existing files; each is kept until its replacement is complete and verified. @default false */
  readonly force?: boolean | undefined;
}

const DIRECTORY_OPTIONS: OptionNames<DirectoryOptions> = { force: true };

/**
 * Creates a sink that writes files to a directory, which is created if it does not exist. A file is `NAME.part` until it is verified;
 * then it is synced to the disk and renamed. Checksums are computed while writing. `NAME.part.json` beside it identifies the content, so
 * that an interrupted download is resumed.
 *
 * Errors of its files: `SinkError` (`EEXIST` without `force`, `EBUSY` while another process downloads the same file, `ENOSPC` before the
 * first byte if the disk is too small, `EACCES` …), `UnsafeNameError`.
 */
export const toDirectory = (path: string, options: DirectoryOptions = {}): Sink => {
  assertKnownOptions(options, DIRECTORY_OPTIONS);
  const { force = false } = options;
  const validateName = createFileNameValidator();
  const isNew = createNewWarningFilter();
  const pathOf = (name: string): string => join(resolve(path), validateName(name));
  const neededFor = async (files: readonly PlannedFile[]): Promise<number> => {
    let sum = 0;
    for (const { name, size } of files) sum += await bytesToCome(pathOf(name), size, force);
    return sum;
  };
  const findVerified = createVerifiedFinder();
  let unfinished: readonly PartFile[] = [];
  const committed = new Set<string>();

  const checkFile = async ({ checksum, ...file }: PlannedFile, signal: AbortSignal | undefined): Promise<void> => {
    const finalPath = pathOf(file.name);
    try {
      const obstacle = await findObstacle(finalPath);
      if (obstacle === undefined || force) return;
      // Whether it is the same file is known later, if the download session states its checksum.
      if (obstacle === 'file' && checksum === undefined) return;
      const existing = checksum && (await findVerified(finalPath, { ...file, checksum }, signal));
      if (existing === undefined) throw alreadyExistsError(finalPath);
    } catch (thrown) {
      throw diskError(finalPath, thrown);
    }
  };
  return {
    createHash: nodeHash,
    check: async (files, signal) => {
      const directory = resolve(path);
      for (const { name } of files) validateName(name);
      await ensureDirectory(directory);
      await assertWritable(directory);
      for (const file of files) await checkFile(file, signal);
      const needed = await neededFor(files);
      await assertFreeSpace(directory, directory, needed, async () => needed);
    },
    find: async (file, signal) => findVerified(pathOf(file.name), file, signal),
    open: async (incoming) => {
      const directory = resolve(path);
      const finalPath = pathOf(incoming.name);
      await ensureDirectory(directory);
      try {
        const { name, others = [] } = incoming;
        committed.delete(name);
        const toError = (thrown: unknown): Promise<unknown> =>
          errorOfDisk(finalPath, directory, thrown, () =>
            neededFor([incoming, ...others.filter((other) => !committed.has(other.name))]),
          );
        const onCommitted = (): void => void committed.add(name);
        const file = await openPart(finalPath, incoming, { force, isNew, toError, onCommitted });
        unfinished = [...unfinished.filter(({ missing }) => missing > 0), file];
        try {
          await assertFreeSpace(
            finalPath,
            directory,
            unfinished.reduce((total, { missing }) => total + missing, 0),
            async () => file.missing + (await neededFor(incoming.others ?? [])),
          );
        } catch (thrown) {
          await file.suspend();
          throw thrown;
        }
        return file;
      } catch (thrown) {
        throw diskError(finalPath, thrown);
      }
    },
  };
};
