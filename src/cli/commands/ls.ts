/** `content-library ls`: lists libraries, items and files. */

import { catchError, concatMap, EMPTY, map, of, throwError, type Observable } from 'rxjs';
import { ApiError, getItem, getLibrary, listItems, listLibraries, type ItemFileInfo, type VCenter } from '../../index.ts';
import { notFoundError } from '../command-error.ts';
import { formatBytes, jsonLine, replaceControlCharacters } from '../output/format.ts';
import { table } from '../output/table.ts';
import { findItemByName, findLibraryByName, listFilesAt, parsePath } from '../paths/find.ts';
import { fileSelector, isPattern } from '../paths/names.ts';
import { readAll } from '../paths/read-all.ts';
import { runConnected } from '../run.ts';
import type { ConnectionFlags } from '../settings/connection.ts';

/** A library, item or file as `--json` prints it. */
interface Entry {
  readonly type: 'library' | 'item' | 'file';
  readonly id?: string;
  readonly name: string;
  readonly checksum?: { readonly algorithm: unknown; readonly value: string };
  readonly [field: string]: unknown;
}

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
  const lines = json ? entries.map(jsonLine) : (await asTable(entries, long)).map((line) => `${line}\n`);
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
  const library$ = findLibraryByName(vc, library);
  if (item === undefined)
    return library$.pipe(
      concatMap(({ id }) => (isWhole ? of([id]) : listItems(vc, id))),
      readEach((id) => (isWhole ? libraryEntry(vc, id) : itemEntry(vc, id))),
    );
  if (file === undefined && isPattern(item))
    return library$.pipe(
      concatMap(({ id }) => listItems(vc, id)),
      readEach((id) => itemEntry(vc, id)),
      map((entries) => matching(entries, 'item', item)),
    );
  if (file === undefined && isWhole)
    return library$.pipe(
      concatMap((found) => findItemByName(vc, found, item)),
      map(({ id }) => [id]),
      readEach((id) => itemEntry(vc, id)),
    );
  return listFilesAt(vc, path).pipe(map((files) => files.map(fileEntry)));
};

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

/** A column of a table: its title, and the text of an entry. */
type Column = readonly [title: string, text: (entry: Entry) => string];

const text = (value: unknown): string => (typeof value === 'string' ? replaceControlCharacters(value) : '');
const field = (name: string) => (entry: Entry) => text(entry[name]);
const sizeText = ({ cached, size }: Entry): string =>
  cached === false ? 'not cached' : typeof size === 'number' ? formatBytes(size) : '';
const checksumText = ({ checksum }: Entry): string =>
  checksum === undefined ? '' : `${text(checksum.algorithm).toLowerCase()}:${text(checksum.value)}`;

const COLUMNS: Readonly<Record<Entry['type'], { readonly short: readonly Column[]; readonly long: readonly Column[] }>> = {
  library: {
    short: [
      ['LIBRARY', field('name')],
      ['TYPE', field('libraryType')],
      ['ID', field('id')],
    ],
    long: [['MODIFIED', field('modified')]],
  },
  item: {
    short: [
      ['ITEM', field('name')],
      ['TYPE', field('itemType')],
      ['ON DISK', sizeText],
      ['ID', field('id')],
    ],
    long: [
      ['VERSION', field('contentVersion')],
      ['MODIFIED', field('modified')],
    ],
  },
  file: {
    short: [
      ['FILE', field('name')],
      ['ON DISK', sizeText],
      ['VERSION', field('version')],
    ],
    long: [['CHECKSUM', checksumText]],
  },
};

const asTable = async (entries: readonly Entry[], isLong: boolean): Promise<readonly string[]> => {
  const [first] = entries;
  if (first === undefined) return [];
  const { short, long } = COLUMNS[first.type];
  const columns = isLong ? [...short, ...long] : short;
  return table([columns.map(([title]) => title), ...entries.map((entry) => columns.map(([, textOf]) => textOf(entry)))]);
};
