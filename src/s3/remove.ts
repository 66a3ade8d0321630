/** Removes objects and uploads. */

import type { Bucket, OpenUpload, StoredObject } from './bucket.ts';
import { replacedRevisionOf, type LibraryKeys } from './keys.ts';
import type { PublishedItem } from './published-item.ts';
import { requestEach } from './request-concurrency.ts';

/** Removes the objects whose keys begin with the prefix. */
export const removeObjects = async (bucket: Bucket, prefix: string): Promise<void> => {
  const { objects } = await bucket.list(prefix);
  await requestEach(objects, ({ key }) => bucket.remove(key));
};

/**
 * Removes files of versions that an item no longer has: those that its manifest does not name, and that were begun before the manifest was
 * written. A version that was begun after it may be in progress.
 *
 * @param objects - Objects of the library, those of other items included.
 */
export const removeReplacedFiles = async (
  bucket: Bucket,
  keys: LibraryKeys,
  { manifest: { itemId }, revision, files }: PublishedItem,
  objects: readonly StoredObject[],
): Promise<void> => {
  const beginning = keys.versionsOf(itemId);
  const named = new Set([...files.values()].map(({ key }) => key));
  const isReplaced = ({ key }: StoredObject): boolean =>
    !named.has(key) && (replacedRevisionOf(beginning, key) ?? revision) < revision;
  await requestEach(objects.filter(isReplaced), ({ key }) => bucket.remove(key));
};

/** Aborts the uploads whose keys begin with the prefix. */
export const abortUploads = async (
  bucket: Bucket,
  prefix: string,
  isSelected: (upload: OpenUpload) => boolean = () => true,
): Promise<void> => {
  const uploads = await bucket.listUploads(prefix);
  await requestEach(uploads.filter(isSelected), ({ key, uploadId }) => bucket.abortUpload(key, uploadId));
};
