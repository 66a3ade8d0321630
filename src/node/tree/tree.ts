/** A target that keeps the items of libraries as directories: `PATH/LIBRARY/ITEM/FILE`. */

import { readdir, rename, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  createFileNameValidator,
  SinkError,
  type ItemVersion,
  type MirroredItem,
  type MirroredLibrary,
  type MirrorTarget,
} from '../../index.ts';
import { diskError } from '../disk/disk-error.ts';
import { ensureDirectory } from '../disk/ensure-directory.ts';
import { lstatIfExists, syncDirectory } from '../disk/no-follow-fs.ts';
import { isInUse } from '../disk/sidecar.ts';
import { namesIn, removeDirectory } from './directories.ts';
import { readManifest } from './manifest-file.ts';
import { publishItem, restoreInterrupted } from './publish-item.ts';
import { INCOMPLETE, stagingNameOf } from './staging-names.ts';
import { stagingSink } from './staging-sink.ts';

/**
 * Creates a target that keeps each item in a directory of its own: `PATH/LIBRARY/ITEM/FILE`, with the manifest `.content-library.json`
 * beside the files. Works on local disks and on NFS.
 *
 * A version of an item is downloaded to `PATH/LIBRARY/.incomplete/`, then replaces the earlier one by renaming its directory. Until then
 * the earlier version is complete in its place; between the two renames there is no directory in that place. A file that has not changed
 * is not downloaded again, if the server states its checksum: it is linked, or copied where the file system has no links.
 *
 * Errors of its methods: `SinkError` (`EEXIST` if a directory in an item's place is not of this mirror, `ENOSPC`, `EACCES` …).
 */
export const toTree = (path: string): MirrorTarget => {
  const root = resolve(path);
  const directoryOf = ({ libraryName, libraryId }: MirroredLibrary): string =>
    join(root, libraryDirectory(libraryName, libraryId));
  return {
    list: async (library) => {
      const directory = directoryOf(library);
      const items: MirroredItem[] = [];
      for (const place of await namesIn(directory)) {
        if (place === INCOMPLETE) continue;
        const manifest = await readManifest(join(directory, place));
        if (manifest?.libraryId === library.libraryId) items.push({ place, manifest });
      }
      const all = [...items, ...(await restoreInterrupted(directory, items))];
      await removeLateCopies(directory, all);
      return all;
    },
    open: async (version) => {
      const directory = directoryOf(version);
      const staging = join(directory, INCOMPLETE, stagingNameOf(version.itemId, version.contentVersion));
      const current = version.replaces === undefined ? undefined : join(directory, version.replaces.place);
      await assertFree(directory, version);
      // Without a content version, files of an earlier run may be of other content.
      if (version.contentVersion === '') await removeDirectory(staging);
      await ensureDirectory(staging);
      return {
        sink: stagingSink(staging, current),
        publish: async (manifest) => publishItem({ directory, staging, version, manifest }),
        suspend: async () => undefined,
        discard: async () => removeDirectory(staging),
      };
    },
    move: async (library, { place: from }, place) => {
      const directory = directoryOf(library);
      const to = join(directory, place);
      if ((await lstatIfExists(to)) !== undefined) return;
      try {
        await rename(join(directory, from), to);
        await syncDirectory(directory);
      } catch (thrown) {
        throw diskError(to, thrown);
      }
    },
    remove: async (library, { place }) => removeDirectory(join(directoryOf(library), place)),
  };
};

/** Returns the library's name if it is safe on every system, otherwise its identifier. */
const libraryDirectory = (name: string, id: string): string => {
  try {
    if (!name.startsWith('.')) return createFileNameValidator()(name);
  } catch {
    // The identifier is safe.
  }
  return id.replaceAll(/[^A-Za-z0-9-]+/g, '-');
};

/** Removes incomplete copies of versions that are in their places: a second mirror may have begun them too late. */
const removeLateCopies = async (directory: string, items: readonly MirroredItem[]): Promise<void> => {
  const published = new Set(items.map(({ manifest }) => stagingNameOf(manifest.itemId, manifest.contentVersion)));
  const incomplete = join(directory, INCOMPLETE);
  for (const name of await namesIn(incomplete)) {
    const copy = join(incomplete, name);
    if (published.has(name) && !(await isWritten(copy))) await removeDirectory(copy);
  }
  // Other items may have incomplete versions.
  await rmdir(incomplete).catch(() => undefined);
};

/** Returns true if a process is writing a file in the directory. */
const isWritten = async (directory: string): Promise<boolean> => {
  for (const name of await readdir(directory))
    if (name.endsWith('.part.json') && (await isInUse(join(directory, name)))) return true;
  return false;
};

/** @throws SinkError with `EEXIST` if the place holds anything but the item itself. */
const assertFree = async (directory: string, { place, itemId }: ItemVersion): Promise<void> => {
  const path = join(directory, place);
  if ((await lstatIfExists(path)) === undefined) return;
  const manifest = await readManifest(path);
  if (manifest?.itemId === itemId) return;
  const holds = manifest === undefined ? 'is not of a mirror' : `holds the item ${manifest.itemId}`;
  throw new SinkError({ path, code: 'EEXIST', reason: `this directory ${holds}. Move it, or choose another target.` });
};
