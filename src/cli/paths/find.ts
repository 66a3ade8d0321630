/** Resolves `LIBRARY/ITEM/GLOB`: libraries and items by name, or by identifier where a name is ambiguous. */

import { catchError, concatMap, map, throwError, type Observable } from 'rxjs';
import {
  findItems,
  findLibraries,
  getItem,
  getLibrary,
  listItemFiles,
  listItems,
  listLibraries,
  type ItemFileInfo,
  type VCenter,
} from '../../index.ts';
import { notFoundError, usageError } from '../command-error.ts';
import { findUnique, isUnknownId, type Entries, type IdAndName } from './find-entries.ts';
import { selectByName } from './names.ts';

/**
 * Splits `LIBRARY/ITEM/GLOB`, with a slash before it or not. The parts keep their escapes. Everything after the second slash is the name of a
 * file, as for govc.
 */
export const parsePath = (path: string): readonly string[] => {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  if (trimmed === '') return [];
  const [library = '', item, ...file] = trimmed.split('/');
  const parts = [library, ...(item === undefined ? [] : [item]), ...(file.length === 0 ? [] : [file.join('/')])];
  if ([library, item, ...file].includes(''))
    throw usageError(`Expected LIBRARY/ITEM/FILE, got ${JSON.stringify(path)}. Write a slash inside a name as %2F.`);
  return parts;
};

/** What `LIBRARY/ITEM[/GLOB]` means. */
export interface FoundItem {
  readonly item: IdAndName;
  /** Selects the files. */
  readonly pattern: string;
}

/** The form of vCenter's identifiers. */
const IDENTIFIER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Returns true if a part of a path may be an identifier of vCenter. */
export const isIdentifier = (part: string): boolean => IDENTIFIER.test(part);

/**
 * Emits the item of `LIBRARY/ITEM[/GLOB]`. A path of one part may be the identifier of an item.
 *
 * @throws CommandError (usage) if the path has no item.
 */
export const findItemAt = (vc: VCenter, path: string): Observable<FoundItem> => {
  const [libraryPart, itemPart, pattern = '*'] = parsePath(path);
  if (libraryPart !== undefined && itemPart === undefined && isIdentifier(libraryPart)) return findItemById(vc, libraryPart);
  if (libraryPart === undefined || itemPart === undefined) throw usageError('Missing item: expected LIBRARY/ITEM[/GLOB].');
  return findLibraryByName(vc, libraryPart).pipe(
    concatMap((library) => findItemByName(vc, library, itemPart)),
    map((item) => ({ item, pattern })),
  );
};

const findItemById = (vc: VCenter, id: string): Observable<FoundItem> =>
  getItem(vc, id).pipe(
    map(({ name }) => ({ item: { id, name }, pattern: '*' })),
    catchError((thrown: unknown) =>
      throwError(() =>
        isUnknownId(thrown)
          ? notFoundError(
              `There is no item with the identifier ${id}. Expected LIBRARY/ITEM[/GLOB], or the identifier of an item.`,
            )
          : thrown,
      ),
    ),
  );

/** Emits the files of `LIBRARY/ITEM[/GLOB]`; errors if a pattern matches none. */
export const listFilesAt = (vc: VCenter, path: string): Observable<readonly ItemFileInfo[]> =>
  findItemAt(vc, path).pipe(
    concatMap(({ item, pattern }) =>
      listItemFiles(vc, item.id).pipe(map((files) => requireFiles(selectByName(files, pattern), pattern, path))),
    ),
  );

/**
 * Returns the selected files of an item.
 *
 * @throws CommandError (not found) if there is none, unless all are selected: an item may have no files.
 */
export const requireFiles = <A>(selected: readonly A[], pattern: string, path: string): readonly A[] => {
  if (selected.length === 0 && pattern !== '*') throw notFoundError(`No file matches ${JSON.stringify(path)}.`);
  return selected;
};

/** Emits the library that a part of a path means, by its name or identifier. */
export const findLibraryByName = (vc: VCenter, part: string): Observable<IdAndName> => findUnique(part, librariesOf(vc));

/** Emits the item of a library that a part of a path means, by its name or identifier. */
export const findItemByName = (vc: VCenter, library: IdAndName, part: string): Observable<IdAndName> =>
  findUnique(part, itemsOf(vc, library));

/** The libraries of a vCenter. */
export const librariesOf = (vc: VCenter): Entries => ({
  kind: 'library',
  kinds: 'libraries',
  find: (name) => findLibraries(vc, { name }),
  list: listLibraries(vc),
  get: (id) => getLibrary(vc, id),
});

/** The items of a library. */
export const itemsOf = (vc: VCenter, library: IdAndName): Entries => ({
  kind: 'item',
  kinds: 'items',
  find: (name) => findItems(vc, { name, library_id: library.id }),
  list: listItems(vc, library.id),
  get: (id) => getItemOf(vc, library, id),
});

/** An identifier also resolves to items of other libraries: those are not found. */
const getItemOf = (vc: VCenter, library: IdAndName, id: string): Observable<IdAndName> =>
  getItem(vc, id).pipe(
    map(({ name, library_id }) => {
      if (library_id !== undefined && library_id !== library.id)
        throw notFoundError(`The item ${JSON.stringify(name)} (${id}) is not in the library ${JSON.stringify(library.name)}.`);
      return { id, name };
    }),
  );
