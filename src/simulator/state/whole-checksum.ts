/** The checksums of files that nobody has downloaded yet. */

import type { StoredFile } from './catalogue.ts';
import type { Checksums } from './checksums.ts';

/** Reads files to their ends, one after the other, unless their checksums are known. */
export const learnChecksums = async (checksums: Checksums, files: Iterable<StoredFile>): Promise<void> => {
  for (const file of files) if (checksums.of(file) === undefined) await checksums.follow(file).end();
};
