/** Replaces a version of an item by another one. */

import { mkdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ItemManifest, ItemVersion, MirroredItem } from '../../index.ts';
import { codeOf, diskError } from '../disk/disk-error.ts';
import { lstatIfExists, syncDirectory } from '../disk/no-follow-fs.ts';
import { namesIn, removeDirectory } from './directories.ts';
import { readManifest, writeManifest } from './manifest-file.ts';
import { INCOMPLETE, REPLACED, stagingPrefixOf } from './staging-names.ts';

/** A version whose files are all saved. */
export interface CompleteVersion {
  /** The directory of the library. */
  readonly directory: string;
  /** The directory with the files. */
  readonly staging: string;
  readonly version: ItemVersion;
  readonly manifest: ItemManifest;
}

/** How often the renames are tried: another process may restore the earlier version in between, as after a crash. */
const ATTEMPTS = 5;

/**
 * Writes the manifest, moves the directory of the earlier version away and that of this version to its place. The earlier version is
 * removed last.
 */
export const publishItem = async (complete: CompleteVersion): Promise<void> => {
  const { directory, staging, version, manifest } = complete;
  const place = join(directory, version.place);
  try {
    await writeManifest(staging, manifest);
    await replace(complete, ATTEMPTS);
    await syncDirectory(directory);
  } catch (thrown) {
    // Another process has published the same version in the meantime.
    if (isSameVersion(await readManifest(place), manifest)) return;
    throw diskError(place, thrown);
  }
  await removeVersions(directory, version.itemId);
};

const replace = async (complete: CompleteVersion, attempts: number): Promise<void> => {
  const { directory, staging, version } = complete;
  const earlierPlace = version.replaces?.place ?? version.place;
  const [place, earlier] = [join(directory, version.place), join(directory, earlierPlace)];
  const replaced = join(`${staging}${REPLACED}`, earlierPlace);
  const isReplacing = (await lstatIfExists(earlier)) !== undefined;
  if (isReplacing) {
    await removeDirectory(replaced);
    await mkdir(dirname(replaced), { recursive: true });
    await rename(earlier, replaced);
  }
  try {
    await rename(staging, place);
  } catch (thrown) {
    const code = codeOf(thrown);
    if ((code === 'ENOTEMPTY' || code === 'EEXIST') && attempts > 1) return replace(complete, attempts - 1);
    if (isReplacing) await rename(replaced, earlier);
    throw thrown;
  }
};

const isSameVersion = (published: ItemManifest | undefined, manifest: ItemManifest): boolean =>
  published?.itemId === manifest.itemId && published.contentVersion === manifest.contentVersion;

/** Removes the versions of an item that were replaced or never completed. */
const removeVersions = async (directory: string, itemId: string): Promise<void> => {
  for (const name of await namesIn(join(directory, INCOMPLETE)))
    if (name.startsWith(stagingPrefixOf(itemId))) await removeDirectory(join(directory, INCOMPLETE, name));
  await rmdir(join(directory, INCOMPLETE)).catch(() => undefined);
};

/**
 * Restores the items whose replacement was interrupted between the two renames, and removes versions that were replaced.
 *
 * @param published - The items in their places.
 * @returns The restored items.
 */
export const restoreInterrupted = async (
  directory: string,
  published: readonly MirroredItem[],
): Promise<readonly MirroredItem[]> => {
  const restored: MirroredItem[] = [];
  for (const name of await namesIn(join(directory, INCOMPLETE))) {
    if (!name.endsWith(REPLACED)) continue;
    const replaced = join(directory, INCOMPLETE, name);
    for (const place of await namesIn(replaced)) {
      const manifest = await readManifest(join(replaced, place));
      const isPublished = published.some((item) => item.place === place || item.manifest.itemId === manifest?.itemId);
      if (manifest === undefined || isPublished) continue;
      try {
        await rename(join(replaced, place), join(directory, place));
        restored.push({ place, manifest });
      } catch (thrown) {
        // Another process has completed or restored it.
        if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(thrown) ?? '')) throw diskError(join(directory, place), thrown);
      }
    }
    await removeDirectory(replaced);
  }
  return restored;
};
