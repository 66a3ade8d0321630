/** A sink for a version of an item, which takes unchanged files from the earlier version. */

import { constants, copyFile, link } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundFile, Sink, StatedFile } from '../../index.ts';
import { toDirectory } from '../directory.ts';
import { codeOf, diskError } from '../disk/disk-error.ts';
import { isNotSupported } from '../disk/not-supported.ts';

/**
 * Creates a sink that writes to a directory. Files of an interrupted run are continued, or replaced if their checksum is not known.
 *
 * @param earlier - The directory of the version that is in its place.
 */
export const stagingSink = (directory: string, earlier: string | undefined): Sink => {
  const sink = toDirectory(directory, { force: true });
  if (earlier === undefined) return sink;
  const earlierSink = toDirectory(earlier);
  const find = async (file: StatedFile, signal?: AbortSignal): Promise<FoundFile | undefined> => {
    const saved = await sink.find?.(file, signal);
    if (saved !== undefined) return saved;
    const unchanged = await earlierSink.find?.(file, signal);
    if (unchanged?.path === undefined) return undefined;
    const path = join(directory, file.name);
    try {
      await linkOrCopy(unchanged.path, path);
    } catch (thrown) {
      // The earlier version was replaced in the meantime, or a file of an interrupted run is there: the file is downloaded.
      if (['ENOENT', 'EEXIST'].includes(codeOf(thrown) ?? '')) return undefined;
      throw diskError(path, thrown);
    }
    return { path, bytes: unchanged.bytes };
  };
  return { ...sink, find };
};

const linkOrCopy = async (from: string, to: string): Promise<void> => {
  try {
    await link(from, to);
  } catch (thrown) {
    if (!isNotSupported(thrown)) throw thrown;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
};
