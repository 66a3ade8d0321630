/** VMware's `content.library.item.File`: the stored files of an item. */

import type { Observable } from 'rxjs';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import type { Operation } from '../http/operation.ts';
import { list } from '../model/codec.ts';
import { ItemFileInfo } from '../model/item-file.ts';

const all: Operation<{ library_item_id: string }, readonly ItemFileInfo[]> = {
  name: 'content.library.item.File.list',
  api: { route: 'GET /api/content/library/item/{library_item_id}/file' },
  rest: { route: 'GET /rest/com/vmware/content/library/item/file?library_item_id={library_item_id}' },
  response: list(ItemFileInfo),
};

const get: Operation<{ library_item_id: string; name: string }, ItemFileInfo> = {
  name: 'content.library.item.File.get',
  api: { route: 'GET /api/content/library/item/{library_item_id}/file?name={name}' },
  rest: {
    route: 'POST /rest/com/vmware/content/library/item/file/id:{library_item_id}?~action=get',
    body: ({ name }) => ({ name }),
  },
  response: ItemFileInfo,
};

/**
 * Lists the files of an item. Their `size` is the storage they use, not their length.
 *
 * `GET /api/content/library/item/{library_item_id}/file` → 200 · `GET /rest/com/vmware/content/library/item/file?library_item_id=` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404); since 9.0 UNSUPPORTED (400) if a file name cannot be part of a URL: the files of a
 * download session can still be listed. Privilege: System.Read on the item. Source: `content.library.item.File.list`.
 */
export const listItemFiles = (vc: VCenter, itemId: string): Observable<readonly ItemFileInfo[]> =>
  internalsOf(vc).call(all, { library_item_id: itemId });

/**
 * Reads one file of an item.
 *
 * `GET /api/content/library/item/{library_item_id}/file?name=` → 200 ·
 * `POST /rest/com/vmware/content/library/item/file/id:{library_item_id}?~action=get` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404) for the item or the file; since 9.0 UNSUPPORTED (400), see {@link listItemFiles}.
 * Privilege: System.Read on the item. Source: `content.library.item.File.get`.
 */
export const getItemFile = (vc: VCenter, itemId: string, fileName: string): Observable<ItemFileInfo> =>
  internalsOf(vc).call(get, { library_item_id: itemId, name: fileName });
