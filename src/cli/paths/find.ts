/** Resolves `LIBRARY/ITEM/GLOB`: libraries and items by name, or by identifier where a name is ambiguous. */

import { catchError, concatMap, map, of, throwError, type Observable } from 'rxjs';
import {
  ApiError,
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
import { CommandError, notFoundError, usageError } from '../command-error.ts';
import { replaceControlCharacters } from '../output/format.ts';
import { fileSelector, globMatcher, hasOtherForms, isPattern, isSameText, readingsOf } from './names.ts';
import { readAll } from './read-all.ts';

/** A library or an item. */
export interface IdAndName {
  readonly id: string;
  readonly name: string;
}

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
      listItemFiles(vc, item.id).pipe(
        map((files) => {
          const selected = selectFiles(files, pattern);
          if (selected.length === 0 && (files.length > 0 || pattern !== '*'))
            throw notFoundError(`No file matches ${JSON.stringify(path)}.`);
          return selected;
        }),
      ),
    ),
  );

/** Returns the files that a part of a path means. */
export const selectFiles = (files: readonly ItemFileInfo[], part: string): readonly ItemFileInfo[] => {
  const isSelected = fileSelector(part);
  const names = files.map(({ name }) => name);
  return files.filter(({ name }, index) => isSelected(name, index, names));
};

/** Emits the library that a part of a path means, by its name or identifier. */
export const findLibraryByName = (vc: VCenter, part: string): Observable<IdAndName> =>
  findUnique(part, {
    kind: 'library',
    kinds: 'libraries',
    find: (name) => findLibraries(vc, { name }),
    list: listLibraries(vc),
    get: (id) => getLibrary(vc, id),
  });

/** Returns true if no library, item or file has the name. */
export const isNotFound = (thrown: unknown): thrown is CommandError =>
  thrown instanceof CommandError && thrown.tag === 'NotFoundError';

/** Emits the item of a library that a part of a path means, by its name or identifier. */
export const findItemByName = (vc: VCenter, library: IdAndName, part: string): Observable<IdAndName> =>
  findUnique(part, {
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

/** The requests for one kind of entry. */
interface Entries {
  readonly kind: string;
  readonly kinds: string;
  /** Emits the identifiers of the entries with a name. vCenter ignores its case. */
  readonly find: (name: string) => Observable<readonly string[]>;
  readonly list: Observable<readonly string[]>;
  readonly get: (id: string) => Observable<{ readonly name: string }>;
}

const findUnique = (part: string, entries: Entries): Observable<IdAndName> => {
  const readings = readingsOf(part);
  const read = (id: string): Observable<IdAndName> => entries.get(id).pipe(map(({ name }) => ({ id, name })));
  const readEntries = (ids: readonly string[]): Observable<readonly IdAndName[]> => readAll(ids, read);

  const byName = ([reading, ...others]: readonly string[]): Observable<IdAndName> => {
    if (reading === undefined) return hasOtherForms(part) ? byCharacters() : isPattern(part) ? byPattern() : byId();
    return entries.find(reading).pipe(
      concatMap((ids) => {
        const [only] = ids;
        if (only === undefined) return byName(others);
        if (ids.length === 1) return of({ id: only, name: reading });
        return readEntries(ids).pipe(map((found) => chooseUnique(found, ({ name }) => name === reading)));
      }),
    );
  };
  /** vCenter cannot search for a name that is composed in another way: all names are read. */
  const byCharacters = (): Observable<IdAndName> =>
    entries.list.pipe(
      concatMap(readEntries),
      map((all) => {
        const same = readings.map((reading) => all.filter(({ name }) => isSameText(name, reading)));
        const found = same.find(({ length }) => length > 0) ?? matching(all);
        if (found.length === 0) throw missingError();
        return chooseUnique(found, () => true);
      }),
    );
  const matching = (all: readonly IdAndName[]): readonly IdAndName[] =>
    isPattern(part) ? all.filter(({ name }) => readings.map(globMatcher).some((matches) => matches(name))) : [];
  const byPattern = (): Observable<IdAndName> =>
    entries.list.pipe(
      concatMap(readEntries),
      map((all) => {
        const found = matching(all);
        if (found.length === 0) throw missingError();
        return chooseUnique(found, () => true);
      }),
    );
  const byId = (): Observable<IdAndName> =>
    read(part).pipe(catchError((thrown: unknown) => throwError(() => (isUnknownId(thrown) ? missingError() : thrown))));

  const missingError = () =>
    notFoundError(`There is no ${entries.kind} ${isPattern(part) ? 'that matches ' : ''}${JSON.stringify(part)}.`);
  const chooseUnique = (found: readonly IdAndName[], isExact: (entry: IdAndName) => boolean): IdAndName => {
    const [exact, another] = found.filter(isExact);
    if (exact !== undefined && another === undefined) return exact;
    const choices = found.map(({ id, name }) => `  ${id}  ${replaceControlCharacters(name)}`).join('\n');
    const areNamed = isPattern(part) && !found.some(({ name }) => readings.includes(name)) ? 'match' : 'are named';
    throw new CommandError(
      'UsageError',
      2,
      `${found.length} ${entries.kinds} ${areNamed} ${JSON.stringify(part)}. Use one of these identifiers instead:\n${choices}`,
      found,
    );
  };
  return byName(readings);
};

/** Servers respond with different errors to an unknown or malformed identifier. */
const isUnknownId = (thrown: unknown): boolean =>
  thrown instanceof ApiError && ['NOT_FOUND', 'INVALID_ARGUMENT', 'INVALID_REQUEST'].includes(thrown.error_type);
