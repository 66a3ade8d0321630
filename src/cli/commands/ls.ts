/** `content-library ls`: lists libraries, items and files. */

import { catchError, concatMap, from, map, mergeMap, of, tap, throwError, toArray, type Observable } from 'rxjs';
import { ApiError, getItem, getLibrary, listItemFiles, listItems, listLibraries, type VCenter } from '../../index.ts';
import { usageError } from '../command-error.ts';
import { formatBytes, jsonLine, replaceControlCharacters } from '../output/format.ts';
import { table } from '../output/table.ts';
import { findItemByName, findLibraryByName, parsePath } from '../paths/find.ts';
import { runConnected } from '../run.ts';
import type { ConnectionFlags } from '../settings/connection.ts';

/** A library, item or file as `--json` prints it. */
interface Entry {
  readonly type: 'library' | 'item' | 'file';
  readonly id?: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

/** The flags of `ls`. */
export interface LsFlags {
  readonly json: boolean;
}

/** Prints the entries of a path as JSON lines or as a table; returns the exit code. */
export const ls = (path: string | undefined, flags: ConnectionFlags & LsFlags): Promise<number> =>
  runConnected(flags, (vc) => lsWith(vc, path, flags));

/** Completes when the entries are printed. */
export const lsWith = (vc: VCenter, path: string | undefined, flags: LsFlags): Observable<unknown> =>
  entriesAt(vc, path).pipe(tap((entries) => print(entries, flags)));

const print = (entries: readonly Entry[], { json }: LsFlags): void => {
  const lines = json ? entries.map(jsonLine) : asTable(entries).map((line) => `${line}\n`);
  process.stdout.write(lines.join(''));
};

const entriesAt = (vc: VCenter, path: string | undefined): Observable<readonly Entry[]> => {
  const [library, item, file] = path === undefined ? [] : parsePath(path);
  if (file !== undefined) throw usageError('Expected LIBRARY or LIBRARY/ITEM: ls does not list single files.');
  if (library === undefined) return listLibraries(vc).pipe(readEach((id) => libraryEntry(vc, id)));
  const library$ = findLibraryByName(vc, library);
  if (item === undefined)
    return library$.pipe(
      concatMap(({ id }) => listItems(vc, id)),
      readEach((id) => itemEntry(vc, id)),
    );
  return library$.pipe(
    concatMap((found) => findItemByName(vc, found, item)),
    concatMap(({ id }) => listItemFiles(vc, id)),
    map((files) =>
      files.map(({ name, size, cached, version, checksum_info }): Entry => ({
        type: 'file',
        name,
        size,
        cached,
        version,
        ...(checksum_info === undefined
          ? {}
          : { checksum: { algorithm: checksum_info.algorithm ?? 'SHA1', value: checksum_info.checksum } }),
      })),
    ),
  );
};

/** Entries that {@link readEach} reads at a time. */
const CONCURRENCY = 8;

/** Reads the entries concurrently and keeps their order; entries deleted since they were listed are omitted. */
const readEach =
  (read: (id: string) => Observable<Entry>) =>
  (ids$: Observable<readonly string[]>): Observable<readonly Entry[]> =>
    ids$.pipe(
      concatMap((ids) =>
        from(ids.entries()).pipe(
          mergeMap(
            ([index, id]) =>
              read(id).pipe(
                map((entry) => [{ index, entry }]),
                catchError((thrown: unknown) =>
                  thrown instanceof ApiError && thrown.error_type === 'NOT_FOUND' ? of([]) : throwError(() => thrown),
                ),
              ),
            CONCURRENCY,
          ),
          toArray(),
        ),
      ),
      map((indexed) =>
        indexed
          .flat()
          .sort((a, b) => a.index - b.index)
          .map(({ entry }) => entry),
      ),
    );

const libraryEntry = (vc: VCenter, id: string): Observable<Entry> =>
  getLibrary(vc, id).pipe(map(({ name, type }) => ({ type: 'library', id, name, libraryType: type })));

const itemEntry = (vc: VCenter, id: string): Observable<Entry> =>
  getItem(vc, id).pipe(
    map(({ name, type, size, cached, content_version }) => ({
      type: 'item',
      id,
      name,
      itemType: type,
      size,
      cached,
      contentVersion: content_version,
    })),
  );

const asTable = (entries: readonly Entry[]): readonly string[] => {
  const [first] = entries;
  if (first === undefined) return [];
  const size = ({ cached, size: bytes }: Entry): string =>
    cached === false ? 'not cached' : typeof bytes === 'number' ? formatBytes(bytes) : '';
  const text = (value: unknown): string => (typeof value === 'string' ? replaceControlCharacters(value) : '');
  switch (first.type) {
    case 'library':
      return table([
        ['LIBRARY', 'TYPE', 'ID'],
        ...entries.map((entry) => [replaceControlCharacters(entry.name), text(entry['libraryType']), text(entry.id)]),
      ]);
    case 'item':
      return table([
        ['ITEM', 'TYPE', 'ON DISK', 'ID'],
        ...entries.map((entry) => [replaceControlCharacters(entry.name), text(entry['itemType']), size(entry), text(entry.id)]),
      ]);
    case 'file':
      return table([
        ['FILE', 'ON DISK', 'VERSION'],
        ...entries.map((entry) => [replaceControlCharacters(entry.name), size(entry), text(entry['version'])]),
      ]);
  }
};
