/** Resolves paths whose patterns may match several libraries and items. */

import { catchError, concatMap, map, of, throwError, type Observable } from 'rxjs';
import type { VCenter } from '../../index.ts';
import { CommandError } from '../command-error.ts';
import { findItemByName, findLibraryByName, isNotFound, type IdAndName } from './find.ts';
import { isPattern } from './names.ts';
import { readAll } from './read-all.ts';

/** Emits all libraries that match a part of a path if it is a pattern; else the one that it means. */
export const findMatchingLibraries = (vc: VCenter, part: string): Observable<readonly IdAndName[]> =>
  findLibraryByName(vc, part).pipe(orAllMatches(part));

/** An item, and the library that it is in. */
export interface ItemInLibrary {
  readonly library: IdAndName;
  readonly item: IdAndName;
}

/** Emits all items that match `LIBRARY/ITEM`, of which both may be patterns; errors if there is none. */
export const findMatchingItems = (vc: VCenter, libraryPart: string, itemPart: string): Observable<readonly ItemInLibrary[]> => {
  const itemsOf = (library: IdAndName): Observable<readonly ItemInLibrary[]> =>
    findItemByName(vc, library, itemPart).pipe(
      orAllMatches(itemPart),
      map((items) => items.map((item) => ({ library, item }))),
    );
  return findMatchingLibraries(vc, libraryPart).pipe(concatMap((libraries) => inEachLibrary(libraries, itemsOf)));
};

/**
 * Emits the entries of all libraries. A library that has none is left out.
 *
 * @param entriesOf - Errors with a `NotFoundError` if the library has none; the error of the last library is emitted if no library has any.
 */
export const inEachLibrary = <A>(
  libraries: readonly IdAndName[],
  entriesOf: (library: IdAndName) => Observable<readonly A[]>,
): Observable<readonly A[]> => {
  let missing: CommandError | undefined;
  const orNone = (thrown: unknown): Observable<readonly A[]> => {
    if (!isNotFound(thrown)) return throwError(() => thrown);
    missing = thrown;
    return of([]);
  };
  return readAll(libraries, (library) => entriesOf(library).pipe(catchError(orNone))).pipe(
    map((entries) => {
      const found = entries.flat();
      if (found.length === 0 && missing !== undefined) throw missing;
      return found;
    }),
  );
};

/** A pattern that several entries match is ambiguous only where one is needed. */
const orAllMatches =
  (part: string) =>
  (unique$: Observable<IdAndName>): Observable<readonly IdAndName[]> =>
    unique$.pipe(
      map((entry) => [entry]),
      catchError((thrown: unknown) =>
        isPattern(part) && thrown instanceof CommandError && thrown.candidates !== undefined
          ? of(thrown.candidates)
          : throwError(() => thrown),
      ),
    );
