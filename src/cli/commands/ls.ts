/** `content-library ls`: lists libraries, items and files. */

import { catchError, concatMap, EMPTY, map, of, throwError, type Observable } from 'rxjs';
import {
  ApiError,
  getItem,
  getLibrary,
  listItemFiles,
  listItems,
  listLibraries,
  type ItemFileInfo,
  type VCenter,
} from '../../index.ts';
import { notFoundError } from '../command-error.ts';
import { entryTable, type Entry } from '../output/entry-table.ts';
import { jsonLine } from '../output/format.ts';
import { findMatchingItems, findMatchingLibraries, inEachLibrary, type ItemInLibrary } from '../paths/find-matching.ts';
import {
  findItemAt,
  findItemByName,
  findLibraryByName,
  isIdentifier,
  isNotFound,
  listFilesAt,
  parsePath,
  selectFiles,
  type IdAndName,
} from '../paths/find.ts';
import { fileSelector, isPattern } from '../paths/names.ts';
import { readAll } from '../paths/read-all.ts';
import { runConnected } from '../run.ts';
import type { ConnectionFlags } from '../settings/connection.ts';

/** The flags of `ls`. */
export interface LsFlags {
  readonly json: boolean;
  /** True to list a library or an item itself, not what it contains. */
  readonly directory?: boolean;
  /** True for more columns. */
  readonly long?: boolean;
}

/** Prints the entries of a path as JSON lines or as a table; returns the exit code. */
export const ls = (path: string | undefined, flags: ConnectionFlags & LsFlags): Promise<number> =>
  runConnected(flags, (vc) => lsWith(vc, path, flags));

/** Completes when the entries are printed. */
export const lsWith = (vc: VCenter, path: string | undefined, flags: LsFlags): Observable<unknown> =>
  entriesAt(vc, path ?? '', flags).pipe(concatMap((entries) => print(entries, flags)));

const print = async (entries: readonly Entry[], { json, long = false }: LsFlags): Promise<void> => {
  const lines = json ? entries.map(jsonLine) : (await entryTable(entries, long)).map((line) => `${line}\n`);
  process.stdout.write(lines.join(''));
};

const entriesAt = (vc: VCenter, path: string, { directory }: LsFlags): Observable<readonly Entry[]> => {
  const [library, item, file] = parsePath(path);
  if (library === undefined) return listLibraries(vc).pipe(readEach((id) => libraryEntry(vc, id)));
  const isWhole = directory === true;
  // A pattern is for the entries themselves, as those of a shell are with `ls -d`.
  if (item === undefined && isPattern(library))
    return listLibraries(vc).pipe(
      readEach((id) => libraryEntry(vc, id)),
      map((entries) => matching(entries, 'library', library)),
    );
  if (item === undefined) {
    const entries$ = findLibraryByName(vc, library).pipe(
      concatMap(({ id }) => (isWhole ? of([id]) : listItems(vc, id))),
      readEach((id) => (isWhole ? libraryEntry(vc, id) : itemEntry(vc, id))),
    );
    return isIdentifier(library) ? entries$.pipe(catchError(orItemById(vc, library, isWhole))) : entries$;
  }
  if (file === undefined && isPattern(item)) return matchingItems(vc, library, item);
  if (file === undefined && isWhole)
    return isPattern(library)
      ? findMatchingItems(vc, library, item).pipe(
          concatMap((found) => readAll(found, (at) => itemEntry(vc, at.item.id).pipe(map(inLibrary(at.library))))),
        )
      : findLibraryByName(vc, library).pipe(
          concatMap((found) => findItemByName(vc, found, item)),
          map(({ id }) => [id]),
          readEach((id) => itemEntry(vc, id)),
        );
  if (isPattern(library) || isPattern(item))
    return findMatchingItems(vc, library, item).pipe(concatMap((items) => filesOf(vc, items, path, file)));
  return listFilesAt(vc, path).pipe(map((files) => files.map(fileEntry)));
};

/** Handles the error of a library that does not exist: the identifier may be that of an item. */
const orItemById =
  (vc: VCenter, id: string, isWhole: boolean) =>
  (thrown: unknown): Observable<readonly Entry[]> => {
    if (!isNotFound(thrown)) return throwError(() => thrown);
    const entries$ = isWhole
      ? findItemAt(vc, id).pipe(concatMap(() => itemEntry(vc, id).pipe(map((entry) => [entry]))))
      : listFilesAt(vc, id).pipe(map((files) => files.map(fileEntry)));
    return entries$.pipe(
      catchError((error: unknown) =>
        throwError(() =>
          isNotFound(error)
            ? notFoundError(
                `There is no library and no item with the identifier ${id}. List the libraries with: content-library ls`,
              )
            : error,
        ),
      ),
    );
  };

/** Emits the items that match a pattern, of one library or of all that match. */
const matchingItems = (vc: VCenter, libraryPart: string, item: string): Observable<readonly Entry[]> =>
  findMatchingLibraries(vc, libraryPart).pipe(
    concatMap((libraries) =>
      inEachLibrary(libraries, (library) =>
        listItems(vc, library.id).pipe(
          readEach((id) => itemEntry(vc, id)),
          map((entries) => matching(entries, 'item', item)),
          map((entries) => (isPattern(libraryPart) ? entries.map(inLibrary(library)) : entries)),
        ),
      ),
    ),
  );

const inLibrary =
  (library: IdAndName) =>
  (entry: Entry): Entry => ({ ...entry, library });

/** Emits the files of all these items; errors if there is a pattern that matches none. */
const filesOf = (
  vc: VCenter,
  items: readonly ItemInLibrary[],
  path: string,
  pattern: string | undefined,
): Observable<readonly Entry[]> =>
  readAll(items, ({ library, item }) =>
    listItemFiles(vc, item.id).pipe(
      map((files) => selectFiles(files, pattern ?? '*').map((file): Entry => ({ ...fileEntry(file), library, item }))),
    ),
  ).pipe(
    map((entries) => {
      const found = entries.flat();
      if (found.length === 0 && pattern !== undefined) throw notFoundError(`No file matches ${JSON.stringify(path)}.`);
      return found;
    }),
  );

const fileEntry = ({ name, size, cached, version, checksum_info: stated }: ItemFileInfo): Entry => ({
  type: 'file',
  name,
  size,
  cached,
  version,
  ...(stated === undefined ? {} : { checksum: { algorithm: stated.algorithm ?? 'SHA1', value: stated.checksum } }),
});

const matching = (entries: readonly Entry[], kind: string, pattern: string): readonly Entry[] => {
  const names = entries.map(({ name }) => name);
  const isSelected = fileSelector(pattern);
  const found = entries.filter(({ name }, index) => isSelected(name, index, names));
  if (found.length === 0) throw notFoundError(`There is no ${kind} that matches ${JSON.stringify(pattern)}.`);
  return found;
};

/** Reads the entries; those that were deleted since they were listed are omitted. */
const readEach =
  (read: (id: string) => Observable<Entry>) =>
  (ids$: Observable<readonly string[]>): Observable<readonly Entry[]> =>
    ids$.pipe(
      concatMap((ids) =>
        readAll(ids, (id) =>
          read(id).pipe(
            catchError((thrown: unknown) =>
              thrown instanceof ApiError && thrown.error_type === 'NOT_FOUND' ? EMPTY : throwError(() => thrown),
            ),
          ),
        ),
      ),
    );

const libraryEntry = (vc: VCenter, id: string): Observable<Entry> =>
  getLibrary(vc, id).pipe(
    map(({ name, type, last_modified_time: modified }) => ({
      type: 'library',
      id,
      name,
      libraryType: String(type),
      ...(modified === undefined ? {} : { modified }),
    })),
  );

const itemEntry = (vc: VCenter, id: string): Observable<Entry> =>
  getItem(vc, id).pipe(
    map(({ name, type, size, cached, content_version, last_modified_time: modified }) => ({
      type: 'item',
      id,
      name,
      itemType: type,
      size,
      cached,
      contentVersion: content_version,
      ...(modified === undefined ? {} : { modified }),
    })),
  );
