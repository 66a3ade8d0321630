/** Compares a file of a directory with its stated checksum, without changing anything. */

import { join, resolve } from 'node:path';
import {
  createFileNameValidator,
  type Checksum,
  type ChecksumAlgorithm,
  type ChecksumInfo,
  type ItemFileInfo,
} from '../index.ts';
import { diskError } from './disk/disk-error.ts';
import { readInto } from './disk/existing-file.ts';
import { lstatIfExists, openRegularFile } from './disk/no-follow-fs.ts';
import { nodeHash } from './hash.ts';

/** How a file compares. */
export interface FileComparison {
  /** The name as the server states it. */
  readonly file: string;
  /** `unknown`: the file is there, but no checksum is stated, or one of an unknown algorithm. */
  readonly result: 'same' | 'different' | 'missing' | 'unknown';
  /** Length in bytes; not set if it is missing. */
  readonly bytes?: number;
  /** The checksum of the file in the directory. Not set if none is stated, or if it is missing. */
  readonly checksum?: Checksum;
}

const ALGORITHMS: readonly ChecksumAlgorithm[] = ['SHA1', 'MD5', 'SHA256', 'SHA512'];

const algorithmOf = ({ algorithm = 'SHA1' }: ChecksumInfo): ChecksumAlgorithm | undefined =>
  ALGORITHMS.find((known) => known === algorithm);

/**
 * Compares a file of a directory with the checksum that the library states for it. Reads the complete file. A link is not followed: the file
 * is missing.
 *
 * @example
 * ```ts
 * listItemFiles(vc, itemId).pipe(
 *   concatMap((files) => from(files)),
 *   concatMap((file) => compareFile('downloads', file)),
 * );
 * ```
 *
 * Errors: `SinkError` if the file cannot be read, `UnsafeNameError`.
 */
export const compareFile = async (
  directory: string,
  { name, checksum_info: stated }: Pick<ItemFileInfo, 'name' | 'checksum_info'>,
): Promise<FileComparison> => {
  const path = join(resolve(directory), createFileNameValidator()(name));
  try {
    const stats = await lstatIfExists(path);
    if (stats?.isFile() !== true) return { file: name, result: 'missing' };
    const algorithm = stated && algorithmOf(stated);
    if (stated === undefined || algorithm === undefined) return { file: name, result: 'unknown', bytes: Number(stats.size) };
    const handle = await openRegularFile(path);
    if (handle === undefined) return { file: name, result: 'missing' };
    try {
      const hash = nodeHash(algorithm);
      const bytes = await readInto(hash, handle, undefined);
      const value = hash.digest();
      const result = value === stated.checksum.toLowerCase() ? 'same' : 'different';
      return { file: name, result, bytes, checksum: { algorithm, value } };
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw diskError(path, thrown);
  }
};
