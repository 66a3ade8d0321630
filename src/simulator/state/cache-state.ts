/** Cache state of files: on disk, being fetched from the publisher, or evicted. */

import type { StoredFile, StoredItem } from './catalog.ts';

/** Returns true if the file is on disk at `now`, in milliseconds since 1970. */
export const isCached = ({ cachedAt }: StoredFile, now: number): boolean => cachedAt !== undefined && cachedAt <= now;

/** Returns true if all files of the item are on disk at `now`. */
export const isFullyCached = ({ files }: StoredItem, now: number): boolean => files.every((file) => isCached(file, now));

/** Starts to fetch a file, which is complete at `until`. No effect if it is on disk or being fetched. */
export const fetchFile = (file: StoredFile, until: number): void => {
  file.cachedAt ??= until;
};

/** Removes a file from the disk. */
export const evictFile = (file: StoredFile): void => {
  file.cachedAt = undefined;
};
