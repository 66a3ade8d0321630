/** A target that keeps the items of libraries in a bucket. */

import type { S3Client } from '@aws-sdk/client-s3';
import type { MirroredLibrary, MirrorTarget } from '../index.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { createBucket, type Bucket } from './bucket.ts';
import { openItem } from './item-writer.ts';
import { libraryKeys, placeOf, type LibraryKeys } from './keys.ts';
import { MEMORY_BUDGET, UPLOAD_LIFETIME } from './limits.ts';
import { createMemoryBudget } from './memory-budget.ts';
import { manifestText, readPublishedItem, type PublishedItem } from './published-item.ts';
import { abortUploads, removeObjects, removeReplacedFiles } from './remove.ts';
import { requestEach } from './request-concurrency.ts';

/** Options of {@link toBucket}. */
export interface BucketOptions {
  /** The name of the bucket, which must exist. */
  readonly bucket: string;
  /**
   * The beginning of all keys, without the slash that follows it.
   * @default the libraries are at the top of the bucket
   * @example
   * ```ts
   * toBucket(client, { bucket: 'images', prefix: 'vsphere/berlin' });
   * ```
   */
  readonly prefix?: string | undefined;
}

const BUCKET_OPTIONS: OptionNames<BucketOptions> = { bucket: true, prefix: true };

/**
 * Creates a target that keeps the items of libraries in a bucket of S3, or of a store with its protocol. The client is yours: its region,
 * endpoint, credentials and retries apply, and `destroy` is not called.
 *
 * The manifest of an item is `PREFIX/LIBRARY/ITEM/.content-library.json`. It names the key and the `ETag` of each file, and is replaced by a
 * single request when all files are verified, so that a reader who follows it never finds files of two versions. Files are below
 * `PREFIX/LIBRARY/.versions/`. Until a file is complete and verified, there is no object of its key. A file that has not changed is not
 * uploaded again, if the server states its checksum.
 *
 * Errors of its methods: `TransportError` if the store cannot be reached, is busy or fails; otherwise `SinkError` with the code of the store
 * (`AccessDenied`, `NoSuchBucket` …), or `EEXIST` if the place of an item has another manifest.
 *
 * @throws TypeError if an option is unknown or invalid.
 */
export const toBucket = (client: S3Client, options: BucketOptions): MirrorTarget => {
  assertKnownOptions(options, BUCKET_OPTIONS);
  assertClient(client);
  const bucket = createBucket(client, validBucket(options.bucket));
  const prefix = folderOf(options.prefix ?? '');
  const budget = createMemoryBudget(MEMORY_BUDGET);
  const keysOf = (library: MirroredLibrary): LibraryKeys => libraryKeys(prefix, library);
  return {
    list: async (library) => {
      const keys = keysOf(library);
      const published = await listPublished(bucket, keys, library.libraryId);
      // A process may have ended after it had written a manifest.
      const { objects } = await bucket.list(keys.versions);
      await requestEach(published, (item) => removeReplacedFiles(bucket, keys, item, objects));
      const end = Date.now() - UPLOAD_LIFETIME;
      await abortUploads(bucket, keys.versions, ({ begunAt }) => begunAt !== undefined && begunAt.getTime() < end);
      return published.map(({ place, manifest }) => ({ place, manifest }));
    },
    open: async (version) => openItem({ bucket, budget, keys: keysOf(version), version }),
    move: async (library, { place: from, manifest: { itemId } }, place) => {
      const keys = keysOf(library);
      const item = await readPublishedItem(bucket, keys.manifestOf(from), from);
      if (item === undefined || item === 'damaged' || item.manifest.itemId !== itemId) return;
      if ((await bucket.head(keys.manifestOf(place))) !== undefined) return;
      await bucket.put(keys.manifestOf(place), manifestText(item.manifest, item.revision + 1, item.files), 'new');
      await bucket.remove(keys.manifestOf(from));
    },
    remove: async (library, { place, manifest: { itemId } }) => {
      const keys = keysOf(library);
      await bucket.remove(keys.manifestOf(place));
      await abortUploads(bucket, keys.versionsOf(itemId));
      await removeObjects(bucket, keys.versionsOf(itemId));
    },
  };
};

/** Reads all manifests of a library. Removes those that a crash has left in the earlier place of an item. */
const listPublished = async (bucket: Bucket, keys: LibraryKeys, libraryId: string): Promise<readonly PublishedItem[]> => {
  const { folders } = await bucket.list(keys.library, '/');
  const places = folders.flatMap((folder) => placeOf(keys, folder) ?? []);
  const read = await requestEach(places, (place) => readPublishedItem(bucket, keys.manifestOf(place), place));
  const newest = new Map<string, PublishedItem>();
  const replaced: PublishedItem[] = [];
  for (const item of read) {
    if (item === undefined || item === 'damaged' || item.manifest.libraryId !== libraryId) continue;
    const { itemId } = item.manifest;
    const other = newest.get(itemId);
    if (other === undefined || other.revision < item.revision) newest.set(itemId, item);
    if (other !== undefined) replaced.push(other.revision < item.revision ? other : item);
  }
  await requestEach(replaced, ({ place }) => bucket.remove(keys.manifestOf(place)));
  return [...newest.values()].toSorted((a, b) => (a.place < b.place ? -1 : 1));
};

const assertClient = (client: unknown): void => {
  if (typeof client !== 'object' || client === null || !('send' in client))
    throw new TypeError("client: expected a client of S3, such as new S3Client({ region: 'eu-central-1' })");
};

const validBucket = (bucket: unknown): string => {
  if (typeof bucket !== 'string' || bucket === '' || /\s|^s3:/.test(bucket))
    throw new TypeError("bucket: expected the name of a bucket, such as 'images'");
  return bucket;
};

/** S3 allows 1024 bytes for a key; the names of a library and of a file have 255 each. */
const MAX_PREFIX = 400;

const folderOf = (prefix: unknown): string => {
  const folder = typeof prefix === 'string' ? prefix.replace(/\/$/, '') : undefined;
  if (folder === '') return '';
  const isValid =
    folder !== undefined &&
    Buffer.byteLength(folder) <= MAX_PREFIX &&
    // eslint-disable-next-line no-control-regex -- a listing of the store cannot state them
    !/[\u0000-\u001f\u007f]/.test(folder) &&
    folder.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isValid)
    throw new TypeError(`prefix: expected names joined by slashes, at most ${MAX_PREFIX} bytes, such as 'vsphere/berlin'`);
  return `${folder}/`;
};
