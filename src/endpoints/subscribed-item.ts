/** VMware's `content.library.SubscribedItem`: fetches the content of a subscribed item, or gives its space back. */

import type { Observable } from 'rxjs';
import { nothing } from '../model/codec.ts';
import type { Operation } from '../http/operation.ts';
import { internals, type VCenter } from '../connection/vcenter.ts';

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
   * Whether the bytes of an on-demand item are fetched, too; without it only what is known about the item is.
   * @default false
   */
  readonly forceSyncContent?: boolean;
  /**
   * Whether optional files are fetched, too, since 7.0.3. Left out unless it is set: older servers refuse fields they do not know.
   */
  readonly syncOptionalFiles?: boolean;
}

/**
 * Begins to bring a subscribed item up to date, and does not wait for it: it is done when the item's `cached` or `last_sync_time` has
 * changed. If the publisher no longer has the item, it is removed.
 *
 * `POST /api/content/library/subscribed-item/{library_item_id}?action=sync` → 204 ·
 * `POST /rest/com/vmware/content/library/subscribed-item/id:{library_item_id}?~action=sync` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404), NOT_ALLOWED_IN_CURRENT_STATE (400) if the storage has lost the content.
 * Privilege: ContentLibrary.SyncLibraryItem on the item. Source: `content.library.SubscribedItem.sync`.
 */
export const syncItem = (
  vc: VCenter,
  itemId: string,
  { forceSyncContent = false, syncOptionalFiles }: SyncItemOptions = {},
): Observable<void> =>
  vc[internals].call(sync, {
    library_item_id: itemId,
    force_sync_content: forceSyncContent,
    ...(syncOptionalFiles === undefined ? {} : { sync_optional_files: syncOptionalFiles }),
  });

/**
 * Gives back the space that the content of a subscribed item takes; preparing a file fetches it again.
 *
 * `POST /api/content/library/subscribed-item/{library_item_id}?action=evict` → 204 ·
 * `POST /rest/com/vmware/content/library/subscribed-item/id:{library_item_id}?~action=evict` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404), NOT_ALLOWED_IN_CURRENT_STATE (400) if the storage has lost the content.
 * Privilege: ContentLibrary.EvictLibraryItem on the item. Source: `content.library.SubscribedItem.evict`.
 */
export const evictItem = (vc: VCenter, itemId: string): Observable<void> =>
  vc[internals].call(evict, { library_item_id: itemId });
