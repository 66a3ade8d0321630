/** VMware's `content.library.item.Storage`: the location of an item's files on the storage. */

import type { Observable } from 'rxjs';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import type { Operation } from '../http/operation.ts';
import { list } from '../model/codec.ts';
import { ItemStorageInfo } from '../model/item-file.ts';

const all: Operation<{ library_item_id: string }, readonly ItemStorageInfo[]> = {
  name: 'content.library.item.Storage.list',
  api: { route: 'GET /api/content/library/item/{library_item_id}/storage' },
  rest: { route: 'GET /rest/com/vmware/content/library/item/storage?library_item_id={library_item_id}' },
  response: list(ItemStorageInfo),
};

const get: Operation<{ library_item_id: string; file_name: string }, readonly ItemStorageInfo[]> = {
  name: 'content.library.item.Storage.get',
  api: { route: 'GET /api/content/library/item/{library_item_id}/storage?file_name={file_name}' },
  rest: {
    route: 'POST /rest/com/vmware/content/library/item/storage/id:{library_item_id}?~action=get',
    body: ({ file_name }) => ({ file_name }),
  },
  response: list(ItemStorageInfo),
};

/**
 * Lists the locations of an item's files on the storage.
 *
 * `GET /api/content/library/item/{library_item_id}/storage` → 200 ·
 * `GET /rest/com/vmware/content/library/item/storage?library_item_id=` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404). Privilege: ContentLibrary.ReadStorage on the item.
 * Source: `content.library.item.Storage.list`.
 */
export const listItemStorage = (vc: VCenter, itemId: string): Observable<readonly ItemStorageInfo[]> =>
  internalsOf(vc).call(all, { library_item_id: itemId });

/**
 * Reads the locations of one file of an item. The storage may contain the same file several times.
 *
 * `GET /api/content/library/item/{library_item_id}/storage?file_name=` → 200 ·
 * `POST /rest/com/vmware/content/library/item/storage/id:{library_item_id}?~action=get` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404) for the item or the file. Privilege: ContentLibrary.ReadStorage on the item.
 * Source: `content.library.item.Storage.get`.
 */
export const getItemStorage = (vc: VCenter, itemId: string, fileName: string): Observable<readonly ItemStorageInfo[]> =>
  internalsOf(vc).call(get, { library_item_id: itemId, file_name: fileName });
