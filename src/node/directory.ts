/** Files in a directory, under their names only when they are whole. */

import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createFileNameValidator, SinkError, type Sink } from '../index.ts';
import { codeOf, diskError } from './disk/disk-error.ts';
import { findVerified } from './disk/existing-file.ts';
import { assertFreeSpace } from './disk/free-space.ts';
import { nodeHash } from './hash.ts';
import { openPart } from './disk/open-part.ts';
import type { PartFile } from './disk/part-file.ts';

/** Options of {@link toDirectory}. */
export interface DirectoryOptions {
  /** Replace files that are there already; each stays as it is until its successor is whole. @default false */
  readonly force?: boolean;
}

/**
 * A sink that writes files into a directory, which is made if it is not there. A file is `NAME.part` until it is proven; then it is
 * flushed to the disk and renamed. Checksums are made on the way. `NAME.part.json` beside it says what the bytes belong to: a download
 * that was broken off is taken up again where it stood.
 *
 * Errors of its files: `SinkError` (`EEXIST` without `force`, `EBUSY` while another process downloads the same file, `ENOSPC` before the
 * first byte if it will not fit, `EACCES` …), `UnsafeNameError`.
 */
export const toDirectory = (path: string, { force = false }: DirectoryOptions = {}): Sink => {
  const safeName = createFileNameValidator();
  let files: readonly PartFile[] = [];
  return {
    createHash: nodeHash,
    find: async (file, signal) => findVerified(join(resolve(path), safeName(file.name)), file, signal),
    open: async (incoming) => {
      const directory = resolve(path);
      const final = join(directory, safeName(incoming.name));
      await ensureDirectory(directory);
      try {
        const file = await openPart(final, incoming, force);
        files = [...files.filter(({ missing }) => missing > 0), file];
        try {
          await assertFreeSpace(
            final,
            directory,
            files.reduce((sum, { missing }) => sum + missing, 0),
          );
        } catch (thrown) {
          await file.suspend();
          throw thrown;
        }
        return file;
      } catch (thrown) {
        throw diskError(final, thrown);
      }
    },
  };
};

const ensureDirectory = async (directory: string): Promise<void> => {
  try {
    await mkdir(directory, { recursive: true });
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw diskError(directory, thrown);
    throw new SinkError({
      path: directory,
      code: 'ENOTDIR',
      reason: 'this is a file, not a directory. Choose another directory.',
    });
  }
};
