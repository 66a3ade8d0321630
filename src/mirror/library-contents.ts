/** Reads the items of a library with their content versions. */

import { catchError, concatMap, forkJoin, from, map, mergeMap, of, throwError, toArray, type Observable } from 'rxjs';
import type { VCenter } from '../connection/vcenter.ts';
import { getItem, listItems } from '../endpoints/item.ts';
import { getLibrary } from '../endpoints/library.ts';
import { ApiError, AuthenticationError, isContentLibraryError, type ContentLibraryError } from '../errors/index.ts';
import type { ItemModel } from '../model/item.ts';

/** An item of a library that could not be read. */
export interface UnreadableItem {
  readonly itemId: string;
  readonly error: ContentLibraryError;
}

/** An item of a library, with its identifier. */
export interface LibraryItem extends ItemModel {
  readonly id: string;
}

/** The items of a library. */
export interface LibraryContents {
  readonly libraryId: string;
  readonly libraryName: string;
  /** In the order of the server. An unchanged item stays the same object. */
  readonly items: readonly LibraryItem[];
  /** Items that are listed but could not be read. While there are any, an item that is missing from `items` may still exist. */
  readonly unreadable: readonly UnreadableItem[];
}

/** Items that are read at the same time: 500 of them take less than three seconds when a response takes 40 ms. */
const READ_CONCURRENCY = 8;

/**
 * Reads a library, its list of items, and each item: eight at a time. An item that was deleted since it was listed is left out.
 *
 * - Emits: once.
 * - Completes: after it.
 * - Errors: if the library or its list cannot be read, and with any `AuthenticationError`. An item that cannot be read is in `unreadable`.
 * - Unsubscribing: aborts the requests.
 */
export const readLibrary = (vc: VCenter, libraryId: string): Observable<LibraryContents> =>
  forkJoin({ library: getLibrary(vc, libraryId), itemIds: listItems(vc, libraryId) }).pipe(
    concatMap(({ library, itemIds }) =>
      from(itemIds).pipe(
        mergeMap((itemId, index) => readItem(vc, itemId).pipe(map((result) => ({ index, result }))), READ_CONCURRENCY),
        toArray(),
        map((results) => {
          const inOrder = results.toSorted((a, b) => a.index - b.index).map(({ result }) => result);
          return {
            libraryId,
            libraryName: library.name,
            items: inOrder.flatMap(({ item }) => item ?? []),
            unreadable: inOrder.flatMap(({ unreadable }) => unreadable ?? []),
          };
        }),
      ),
    ),
  );

interface ItemResult {
  readonly item?: LibraryItem;
  readonly unreadable?: UnreadableItem;
}

const readItem = (vc: VCenter, itemId: string): Observable<ItemResult> =>
  getItem(vc, itemId).pipe(
    map((item): ItemResult => ({ item: { ...item, id: itemId } })),
    catchError((thrown: unknown) => {
      if (thrown instanceof ApiError && thrown.error_type === 'NOT_FOUND') return of<ItemResult>({});
      if (!isContentLibraryError(thrown) || thrown instanceof AuthenticationError) return throwError(() => thrown);
      return of<ItemResult>({ unreadable: { itemId, error: thrown } });
    }),
  );
