/** VMware's `content.library.Item`: the items of a library. */

import * as t from 'io-ts';
import type { Observable } from 'rxjs';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import type { Operation } from '../http/operation.ts';
import { list } from '../model/codec.ts';
import { ItemModel, type ItemFindSpec } from '../model/item.ts';

const all: Operation<{ library_id: string }, readonly string[]> = {
  name: 'content.library.Item.list',
  api: { route: 'GET /api/content/library/item?library_id={library_id}' },
  rest: { route: 'GET /rest/com/vmware/content/library/item?library_id={library_id}' },
  response: list(t.string),
};

const find: Operation<{ spec: ItemFindSpec }, readonly string[]> = {
  name: 'content.library.Item.find',
  api: { route: 'POST /api/content/library/item?action=find', body: ({ spec }) => spec },
  rest: { route: 'POST /rest/com/vmware/content/library/item?~action=find', body: ({ spec }) => ({ spec }) },
  response: list(t.string),
  idempotency: 'always',
};

const get: Operation<{ library_item_id: string }, ItemModel> = {
  name: 'content.library.Item.get',
  api: { route: 'GET /api/content/library/item/{library_item_id}' },
  rest: { route: 'GET /rest/com/vmware/content/library/item/id:{library_item_id}' },
  response: ItemModel,
};

/**
 * Lists the identifiers of a library's items.
 *
 * `GET /api/content/library/item?library_id=` → 200 · `GET /rest/com/vmware/content/library/item?library_id=` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404). Privilege: System.Read on the library. Source: `content.library.Item.list`.
 */
export const listItems = (vc: VCenter, libraryId: string): Observable<readonly string[]> =>
  internalsOf(vc).call(all, { library_id: libraryId });

/**
 * Finds the identifiers of items by name, library, type …; an empty list if there are none.
 *
 * `POST /api/content/library/item?action=find` → 200 · `POST /rest/com/vmware/content/library/item?~action=find` → 200
 *
 * Errors: `ApiError` INVALID_ARGUMENT (400) if the specification is empty. Privilege: System.Read, on the library if one is specified.
 * Source: `content.library.Item.find`.
 */
export const findItems = (vc: VCenter, spec: ItemFindSpec): Observable<readonly string[]> => internalsOf(vc).call(find, { spec });

/**
 * Reads an item.
 *
 * `GET /api/content/library/item/{library_item_id}` → 200 · `GET /rest/com/vmware/content/library/item/id:{library_item_id}` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404). Privilege: System.Read on the item. Source: `content.library.Item.get`.
 */
export const getItem = (vc: VCenter, itemId: string): Observable<ItemModel> =>
  internalsOf(vc).call(get, { library_item_id: itemId });
