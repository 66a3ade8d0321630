/** Which files are on disk, and how those that are not come there. */

import type { StoredFile, StoredItem } from './catalog.ts';

/** Whether a file is on disk at a time, in milliseconds since 1970. */
export const isCached = ({ cachedAt }: StoredFile, now: number): boolean => cachedAt !== undefined && cachedAt <= now;

/** Whether all files of an item are. */
export const isFullyCached = ({ files }: StoredItem, now: number): boolean => files.every((file) => isCached(file, now));

/** Fetches a file from the publisher, unless it is on disk or on its way; it is there at `until`. */
export const fetchFile = (file: StoredFile, until: number): void => {
  file.cachedAt ??= until;
};

/** Takes a file from the disk. */
export const evictFile = (file: StoredFile): void => {
  file.cachedAt = undefined;
};
