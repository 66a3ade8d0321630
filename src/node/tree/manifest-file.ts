/** The manifest of an item in its directory. */

import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeItemManifest, type ItemManifest } from '../../index.ts';
import { syncDirectory } from '../disk/no-follow-fs.ts';
import { refusalOf } from '../disk/not-supported.ts';

const MANIFEST = '.content-library.json';

/** Returns the manifest of a directory; `undefined` if it has none that can be read. */
export const readManifest = async (directory: string): Promise<ItemManifest | undefined> => {
  const text = await readFile(join(directory, MANIFEST), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const decoded = decodeItemManifest(JSON.parse(text));
    return decoded._tag === 'Right' ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

/** Writes the manifest of a directory, and makes it survive a power cut. */
export const writeManifest = async (directory: string, manifest: ItemManifest): Promise<void> => {
  const path = join(directory, MANIFEST);
  const temporary = `${path}.part`;
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`);
    // Some network file systems cannot flush.
    await refusalOf(handle.sync());
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncDirectory(directory);
};
