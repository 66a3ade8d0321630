/** Finds out whether the content of an item has changed since it was opened. */

import { forkJoin, ignoreElements, tap, type Observable } from 'rxjs';
import type { VCenter } from '../connection/vcenter.ts';
import { getItem } from '../endpoints/item.ts';
import { TransportError } from '../errors/index.ts';
import type { ItemFileInfo } from '../model/item-file.ts';
import { readStoredFiles, type DownloadableItem } from './downloadable-item.ts';

/** The content of an item has changed during the download. */
export class ItemChangedError extends TransportError {
  constructor(operation: string) {
    super({ operation, reason: 'the item changed during the download' });
  }
}

/**
 * Reads the versions of an item and of one of its files again.
 *
 * - Emits: nothing.
 * - Completes: if neither has changed and the file is still there.
 * - Errors: with `changedError()` otherwise; and as requests do.
 * - Unsubscribing: aborts the requests.
 */
export const errorIfChanged = (
  vc: VCenter,
  { event: { itemId }, lease, stored }: DownloadableItem,
  name: string,
  changedError: () => unknown,
): Observable<never> =>
  forkJoin({ item: getItem(vc, itemId), files: readStoredFiles(vc, itemId) }).pipe(
    tap(({ item, files }) => {
      // The list is optional information, and empty if it cannot be read.
      const isChanged = files.size > 0 && isFileChanged(stored.get(name), files.get(name));
      if (isChanged || isDifferent(lease.contentVersion, item.content_version)) throw changedError();
    }),
    ignoreElements(),
  );

const isFileChanged = (before: ItemFileInfo | undefined, after: ItemFileInfo | undefined): boolean =>
  before !== undefined &&
  (after === undefined ||
    before.version !== after.version ||
    isDifferent(before.checksum_info?.checksum, after.checksum_info?.checksum));

/** A version that is not stated shows nothing. */
const isDifferent = (before: string | undefined, after: string | undefined): boolean =>
  before !== undefined && after !== undefined && before !== after;
