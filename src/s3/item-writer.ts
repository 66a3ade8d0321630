/** Writes a version of an item: its files first, and the manifest that names them last. */

import { randomUUID } from 'node:crypto';
import { SinkError, type ItemManifest, type ItemVersion, type ItemWriter } from '../index.ts';
import { CONDITION_FAILED, hasCode } from './bucket-error.ts';
import type { Bucket } from './bucket.ts';
import type { LibraryKeys } from './keys.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { manifestText, readPublishedItem, type PublishedItem, type StoredFile } from './published-item.ts';
import { abortUploads, removeObjects, removeReplacedFiles } from './remove.ts';
import { requestEach } from './request-concurrency.ts';
import { versionSink } from './version-sink.ts';

/** Where an item is written. */
export interface ItemWriterOptions {
  readonly bucket: Bucket;
  readonly budget: MemoryBudget;
  readonly keys: LibraryKeys;
  readonly version: ItemVersion;
}

/**
 * Opens a version of an item. Uploads of the item that an interrupted run has left are aborted.
 *
 * @throws SinkError with `EEXIST` if the place has the manifest of another item, or one that cannot be read.
 */
export const openItem = async (options: ItemWriterOptions): Promise<ItemWriter> => {
  const { bucket, budget, keys, version } = options;
  const { itemId, contentVersion, place } = version;
  const earlier = await readEarlier(options);
  // Without a content version, files of an earlier run may be of other content.
  const folder = keys.versionOf(itemId, earlier?.revision ?? 0, contentVersion === '' ? randomUUID() : contentVersion);
  await abortUploads(bucket, keys.versionsOf(itemId));
  const { objects: left } = await bucket.list(folder);
  const files = new Map<string, StoredFile>();
  const reusable = [...(earlier?.files ?? [])].filter(([, { key }]) => key.startsWith(keys.versionsOf(itemId)));
  return {
    sink: versionSink({ bucket, budget, folder, left, earlier: new Map(reusable), files }),
    publish: async (manifest) => {
      await assertStored(bucket, manifest, files);
      const key = keys.manifestOf(place);
      const text = manifestText(manifest, (earlier?.revision ?? 0) + 1, files);
      const replaced = earlier?.place === place ? earlier : undefined;
      try {
        await bucket.put(key, text, replaced === undefined ? 'new' : { etag: replaced.etag });
      } catch (thrown) {
        if (!hasCode(thrown, CONDITION_FAILED)) throw thrown;
        // Another process has published the same version, or the response to the first attempt was lost.
        const now = await readPublishedItem(bucket, key, place);
        if (now === undefined || now === 'damaged' || !isSameVersion(now.manifest, manifest)) throw thrown;
      }
      await removeReplaced(options, earlier);
    },
    suspend: async () => undefined,
    discard: async () => {
      await abortUploads(bucket, folder);
      await removeObjects(bucket, folder);
    },
  };
};

/** Returns the item that is published so far. */
const readEarlier = async ({ bucket, keys, version }: ItemWriterOptions): Promise<PublishedItem | undefined> => {
  const { itemId, place, replaces } = version;
  const here = await readPublishedItem(bucket, keys.manifestOf(place), place);
  if (here === 'damaged' || (here !== undefined && here.manifest.itemId !== itemId)) {
    const holds = here === 'damaged' ? 'is not of a mirror' : `is of the item ${here?.manifest.itemId ?? ''}`;
    const path = bucket.uriOf(keys.manifestOf(place));
    throw new SinkError({ path, code: 'EEXIST', reason: `this manifest ${holds}. Remove it, or choose another prefix.` });
  }
  if (here !== undefined || replaces === undefined) return here;
  const there = await readPublishedItem(bucket, keys.manifestOf(replaces.place), replaces.place);
  return there === 'damaged' || there?.manifest.itemId !== itemId ? undefined : there;
};

/** Checks that the files which the manifest is about to name are still there: another process may have published, and removed them. */
const assertStored = async (
  bucket: Bucket,
  { files: named }: ItemManifest,
  files: ReadonlyMap<string, StoredFile>,
): Promise<void> => {
  await requestEach(named, async ({ name }) => {
    const file = files.get(name);
    const object = file === undefined ? undefined : await bucket.head(file.key);
    if (file !== undefined && object?.etag === file.etag && object.bytes === file.bytes) return;
    const reason = 'another process has removed or replaced this file in the meantime. Mirror the library again.';
    throw new SinkError({ path: file === undefined ? name : bucket.uriOf(file.key), code: CONDITION_FAILED, reason });
  });
};

const isSameVersion = (published: ItemManifest, manifest: ItemManifest): boolean =>
  published.itemId === manifest.itemId && published.contentVersion === manifest.contentVersion;

/** Removes the manifest of the earlier place, and the files of earlier versions. */
const removeReplaced = async (
  { bucket, keys, version: { itemId, place } }: ItemWriterOptions,
  earlier: PublishedItem | undefined,
): Promise<void> => {
  if (earlier !== undefined && earlier.place !== place) await bucket.remove(keys.manifestOf(earlier.place));
  const published = await readPublishedItem(bucket, keys.manifestOf(place), place);
  if (published === undefined || published === 'damaged' || published.manifest.itemId !== itemId) return;
  const { objects } = await bucket.list(keys.versionsOf(itemId));
  await removeReplacedFiles(bucket, keys, published, objects);
};
