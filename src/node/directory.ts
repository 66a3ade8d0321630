/** Files in a directory, under their names only when they are whole. */

import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SinkError, type Sink } from '../index.ts';
import { codeOf, diskError } from './disk-error.ts';
import { safeName } from './file-name.ts';
import { nodeHash } from './hash.ts';
import { openPart } from './part-file.ts';

/** Options of {@link toDirectory}. */
export interface DirectoryOptions {
  /** Replace files that are there already; each stays as it is until its successor is whole. @default false */
  readonly force?: boolean;
}

/**
 * A sink that writes files into a directory, which is made if it is not there. A file is `NAME.part` until it is proven; then it is
 * flushed to the disk and renamed. Checksums are made on the way.
 *
 * Errors of its files: `SinkError` (`EEXIST` without `force`, `ENOSPC`, `EACCES` …), `UnsafeNameError`.
 */
export const toDirectory = (path: string, { force = false }: DirectoryOptions = {}): Sink => ({
  createHash: nodeHash,
  open: async ({ name }) => {
    const directory = resolve(path);
    const final = join(directory, safeName(name));
    await make(directory);
    try {
      return await openPart(final, force);
    } catch (thrown) {
      throw diskError(final, thrown);
    }
  },
});

const make = async (directory: string): Promise<void> => {
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
