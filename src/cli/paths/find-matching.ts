/** Resolves paths whose patterns may match several libraries and items. */

import { catchError, concatMap, map, of, throwError, type Observable } from 'rxjs';
import type { VCenter } from '../../index.ts';
import { CommandError } from '../command-error.ts';
import { findMatching, requireSome, type IdAndName } from './find-entries.ts';
import { itemsOf, librariesOf } from './find.ts';
import { readAll } from './read-all.ts';

/** An item, and the library that it is in. */
export interface ItemInLibrary {
  readonly library: IdAndName;
  readonly item: IdAndName;
}

/** Emits all items that match `LIBRARY/ITEM`, of which both may be patterns; errors if there is none. */
export const findMatchingItems = (vc: VCenter, libraryPart: string, itemPart: string): Observable<readonly ItemInLibrary[]> =>
  inMatchingLibraries(vc, libraryPart, itemPart, (library) =>
    findMatching(itemPart, itemsOf(vc, library)).pipe(map((items) => items.map((item) => ({ library, item })))),
  );

/**
 * Emits what `read` emits for each library that matches. Of several libraries, those without such an item are left out; errors if none
 * has one.
 *
 * @param read - Emits no entry, or errors with a `NotFoundError`, if the library has no such item.
 */
export const inMatchingLibraries = <A>(
  vc: VCenter,
  libraryPart: string,
  itemPart: string,
  read: (library: IdAndName) => Observable<readonly A[]>,
): Observable<readonly A[]> =>
  findMatching(libraryPart, librariesOf(vc)).pipe(
    concatMap((libraries) => {
      const orNone = (thrown: unknown): Observable<readonly A[]> =>
        isNotFound(thrown) && libraries.length > 1 ? of([]) : throwError(() => thrown);
      return readAll(libraries, (library) => read(library).pipe(catchError(orNone)));
    }),
    map((found) => requireSome(found.flat(), 'item', itemPart)),
  );

/** Returns true if no library, item or file has the name. */
export const isNotFound = (thrown: unknown): boolean => thrown instanceof CommandError && thrown.tag === 'NotFoundError';
