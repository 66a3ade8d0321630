/** VMware's `content.library.SubscribedItem`: synchronizes or evicts the content of a subscribed item. */

import type { Observable } from 'rxjs';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import type { Operation } from '../http/operation.ts';
import { nothing } from '../model/codec.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';

interface Sync {
  readonly library_item_id: string;
  readonly force_sync_content: boolean;
  readonly sync_optional_files?: boolean;
}

const syncBody = ({ force_sync_content, sync_optional_files }: Sync) => ({
  force_sync_content,
  ...(sync_optional_files === undefined ? {} : { sync_optional_files }),
});

const sync: Operation<Sync, void> = {
  name: 'content.library.SubscribedItem.sync',
  api: { route: 'POST /api/content/library/subscribed-item/{library_item_id}?action=sync', body: syncBody },
  rest: { route: 'POST /rest/com/vmware/content/library/subscribed-item/id:{library_item_id}?~action=sync', body: syncBody },
  response: nothing,
  idempotency: 'always',
};

const evict: Operation<{ library_item_id: string }, void> = {
  name: 'content.library.SubscribedItem.evict',
  api: { route: 'POST /api/content/library/subscribed-item/{library_item_id}?action=evict' },
  rest: { route: 'POST /rest/com/vmware/content/library/subscribed-item/id:{library_item_id}?~action=evict' },
  response: nothing,
  idempotency: 'always',
};

/** Options of {@link syncItem}. */
export interface SyncItemOptions {
  /**
   * True if the files of an on-demand item are fetched, too; otherwise only its metadata is.
   * @default false
   */
  readonly forceSyncContent?: boolean | undefined;
  /**
   * True if optional files are fetched, too, since 7.0.3.
   * @default not sent, because older servers reject unknown fields
   */
  readonly syncOptionalFiles?: boolean | undefined;
}

const SYNC_OPTIONS: OptionNames<SyncItemOptions> = { forceSyncContent: true, syncOptionalFiles: true };

/**
 * Starts the synchronization of a subscribed item, and does not wait for it: it is done when the item's `cached` or `last_sync_time`
 * has changed. If the publisher no longer has the item, it is removed.
 *
 * `POST /api/content/library/subscribed-item/{library_item_id}?action=sync` → 204 ·
 * `POST /rest/com/vmware/content/library/subscribed-item/id:{library_item_id}?~action=sync` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404), INVALID_ELEMENT_TYPE (400) for an item of a local library, NOT_ALLOWED_IN_CURRENT_STATE (400) if the
 * content is missing on the storage.
 * Privilege: ContentLibrary.SyncLibraryItem on the item. Source: `content.library.SubscribedItem.sync`.
 */
export const syncItem = (vc: VCenter, itemId: string, options: SyncItemOptions = {}): Observable<void> => {
  assertKnownOptions(options, SYNC_OPTIONS);
  const { forceSyncContent = false, syncOptionalFiles } = options;
  return internalsOf(vc).call(sync, {
    library_item_id: itemId,
    force_sync_content: forceSyncContent,
    ...(syncOptionalFiles === undefined ? {} : { sync_optional_files: syncOptionalFiles }),
  });
};

/**
 * Frees the space that the content of a subscribed item takes; preparing a file fetches it again.
 *
 * `POST /api/content/library/subscribed-item/{library_item_id}?action=evict` → 204 ·
 * `POST /rest/com/vmware/content/library/subscribed-item/id:{library_item_id}?~action=evict` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404), INVALID_ELEMENT_TYPE (400) for an item of a local library, INVALID_ELEMENT_CONFIGURATION (400) if the
 * library is not on demand, NOT_ALLOWED_IN_CURRENT_STATE (400) if the content is missing on the storage.
 * Privilege: ContentLibrary.EvictLibraryItem on the item. Source: `content.library.SubscribedItem.evict`.
 */
export const evictItem = (vc: VCenter, itemId: string): Observable<void> =>
  internalsOf(vc).call(evict, { library_item_id: itemId });
