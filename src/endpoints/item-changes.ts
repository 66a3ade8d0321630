/** VMware's `content.library.item.Changes`: the versions of an item. */

import type { Observable } from 'rxjs';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import type { Operation } from '../http/operation.ts';
import { list } from '../model/codec.ts';
import { ItemChangesInfo, ItemChangesSummary } from '../model/item-changes.ts';

const all: Operation<{ library_item: string }, readonly ItemChangesSummary[]> = {
  name: 'content.library.item.Changes.list',
  api: { route: 'GET /api/content/library/item/{library_item}/changes' },
  // The only service of `/rest` whose path has neither `com/vmware` nor `id:`.
  rest: { route: 'GET /rest/content/library/item/{library_item}/changes' },
  response: list(ItemChangesSummary),
};

const get: Operation<{ library_item: string; version: string }, ItemChangesInfo> = {
  name: 'content.library.item.Changes.get',
  api: { route: 'GET /api/content/library/item/{library_item}/changes/{version}' },
  rest: { route: 'GET /rest/content/library/item/{library_item}/changes/{version}' },
  response: ItemChangesInfo,
};

/**
 * Lists the versions of an item, since 7.0.
 *
 * `GET /api/content/library/item/{library_item}/changes` → 200 · `GET /rest/content/library/item/{library_item}/changes` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404), ERROR (500; 400 in `/rest`). Privilege: System.Read on the item.
 * Source: `content.library.item.Changes.list`.
 */
export const listItemChanges = (vc: VCenter, itemId: string): Observable<readonly ItemChangesSummary[]> =>
  internalsOf(vc).call(all, { library_item: itemId });

/**
 * Reads one version of an item, with its full message, since 7.0.
 *
 * `GET /api/content/library/item/{library_item}/changes/{version}` → 200 ·
 * `GET /rest/content/library/item/{library_item}/changes/{version}` → 200
 *
 * Errors: `ApiError` NOT_FOUND (404) for the item or the version, ERROR (500; 400 in `/rest`). Privilege: System.Read on the item.
 * Source: `content.library.item.Changes.get`.
 */
export const getItemChanges = (vc: VCenter, itemId: string, version: string): Observable<ItemChangesInfo> =>
  internalsOf(vc).call(get, { library_item: itemId, version });
