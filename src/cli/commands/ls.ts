/** `content-library ls`: lists libraries, items and files. */

import { catchError, concatMap, EMPTY, map, of, throwError, type MonoTypeOperatorFunction, type Observable } from 'rxjs';
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
import { isUnknownId, requireSome } from '../paths/find-entries.ts';
import { findMatchingItems, inMatchingLibraries, isNotFound, type ItemInLibrary } from '../paths/find-matching.ts';
import { findLibraryByName, isIdentifier, parsePath, requireFiles } from '../paths/find.ts';
import { isPattern, selectByName } from '../paths/names.ts';
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
      map((entries) => requireSome(selectByName(entries, library), 'library', library)),
    );
  if (item === undefined) {
    const entries$ = findLibraryByName(vc, library).pipe(
      concatMap(({ id }) => (isWhole ? of([id]) : listItems(vc, id))),
      readEach((id) => (isWhole ? libraryEntry(vc, id) : itemEntry(vc, id))),
    );
    return isIdentifier(library) ? entries$.pipe(catchError(orItemById(vc, library, isWhole))) : entries$;
  }
  if (file === undefined && isPattern(item))
    return inMatchingLibraries(vc, library, item, (at) =>
      listItems(vc, at.id).pipe(
        readEach((id) => itemEntry(vc, id)),
        map((entries) => selectByName(entries, item)),
        map((entries) => (isPattern(library) ? entries.map((entry) => ({ ...entry, library: at })) : entries)),
      ),
    );
  const items$ = findMatchingItems(vc, library, item);
  if (file === undefined && isWhole)
    return items$.pipe(
      concatMap((items) =>
        readAll(items, (at) =>
          itemEntry(vc, at.item.id).pipe(
            omitDeleted(),
            map((entry) => (isPattern(library) ? { ...entry, library: at.library } : entry)),
          ),
        ),
      ),
    );
  const pattern = file ?? '*';
  const hasPlaces = isPattern(library) || isPattern(item);
  const filesOf = (at: ItemInLibrary): Observable<readonly Entry[]> =>
    listItemFiles(vc, at.item.id).pipe(
      map((files) => selectByName(files, pattern).map((found) => ({ ...fileEntry(found), ...(hasPlaces ? at : {}) }))),
    );
  return items$.pipe(
    concatMap((items) => readAll(items, filesOf)),
    map((entries) => requireFiles(entries.flat(), pattern, path)),
  );
};

/** Handles the error of a library that does not exist: the identifier may be that of an item. */
const orItemById =
  (vc: VCenter, id: string, isWhole: boolean) =>
  (thrown: unknown): Observable<readonly Entry[]> => {
    if (!isNotFound(thrown)) return throwError(() => thrown);
    const entries$ = isWhole
      ? itemEntry(vc, id).pipe(map((entry) => [entry]))
      : listItemFiles(vc, id).pipe(map((files) => files.map(fileEntry)));
    const message = `There is no library and no item with the identifier ${id}. List the libraries with: content-library ls`;
    return entries$.pipe(catchError((error: unknown) => throwError(() => (isUnknownId(error) ? notFoundError(message) : error))));
  };

const fileEntry = ({ name, size, cached, version, checksum_info: stated }: ItemFileInfo): Entry => ({
  type: 'file',
  name,
  size,
  cached,
  version,
  ...(stated === undefined ? {} : { checksum: { algorithm: stated.algorithm ?? 'SHA1', value: stated.checksum } }),
});

/** Reads the entries; those that were deleted since they were listed are omitted. */
const readEach =
  (read: (id: string) => Observable<Entry>) =>
  (ids$: Observable<readonly string[]>): Observable<readonly Entry[]> =>
    ids$.pipe(concatMap((ids) => readAll(ids, (id) => read(id).pipe(omitDeleted()))));

const omitDeleted = (): MonoTypeOperatorFunction<Entry> =>
  catchError((thrown: unknown) =>
    thrown instanceof ApiError && thrown.error_type === 'NOT_FOUND' ? EMPTY : throwError(() => thrown),
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
