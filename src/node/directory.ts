/** A sink that writes files to a directory, and renames each when it is complete. */

import { join, resolve } from 'node:path';
import { createFileNameValidator, type Sink } from '../index.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { diskError } from './disk/disk-error.ts';
import { createNewWarningFilter } from './disk/disk-warning.ts';
import { ensureDirectory } from './disk/ensure-directory.ts';
import { findVerified } from './disk/existing-file.ts';
import { assertFreeSpace } from './disk/free-space.ts';
import { openPart } from './disk/open-part.ts';
import type { PartFile } from './disk/part-file.ts';
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
  let unfinished: readonly PartFile[] = [];
  return {
    createHash: nodeHash,
    find: async (file, signal) => findVerified(join(resolve(path), validateName(file.name)), file, signal),
    open: async (incoming) => {
      const directory = resolve(path);
      const finalPath = join(directory, validateName(incoming.name));
      await ensureDirectory(directory);
      try {
        const file = await openPart(finalPath, incoming, { force, isNew });
        unfinished = [...unfinished.filter(({ missing }) => missing > 0), file];
        try {
          await assertFreeSpace(
            finalPath,
            directory,
            unfinished.reduce((total, { missing }) => total + missing, 0),
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
