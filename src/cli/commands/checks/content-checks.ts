/** The checks of `doctor` about a library or an item: privileges, files that are not cached, names, and space. */

import { concat, concatMap, defer, map, of, shareReplay, toArray, type Observable } from 'rxjs';
import {
  createDownloadSession,
  createFileNameValidator,
  deleteDownloadSession,
  getItem,
  listItemFiles,
  listItems,
  listLibraries,
  type VCenter,
} from '../../../index.ts';
import { messageOf } from '../../command-error.ts';
import { formatBytes, replaceControlCharacters } from '../../output/format.ts';
import { findItemAt, findLibraryByName, parsePath } from '../../paths/find.ts';
import { freeSpace } from '../../paths/free-space.ts';
import { readAll } from '../../paths/read-all.ts';
import { check, isUnauthorized, type Check, type Finding } from './check.ts';

/** A file of an item, or an item of a library. */
interface Entry {
  readonly name: string;
  readonly size?: number;
  readonly cached?: boolean;
}

const readAdvice = (thrown: unknown): string | undefined =>
  isUnauthorized(thrown)
    ? 'Give the user a role that can see content libraries, such as read-only, as a global permission.'
    : undefined;

const downloadAdvice = (thrown: unknown): string | undefined =>
  isUnauthorized(thrown)
    ? 'Give the user a role with the privilege "Download files" (ContentLibrary.DownloadSession).'
    : undefined;

/** Emits the checks of `LIBRARY[/ITEM]`, or of all that the user sees. */
export const contentChecks = (vc: VCenter, path: string | undefined): Observable<Check> => {
  const libraries = check('libraries', listLibraries(vc).pipe(map(({ length }) => countFinding(length))), readAdvice);
  if (path === undefined) return libraries;
  const [library, item] = parsePath(path);
  if (library === undefined) return libraries;
  return concat(libraries, item === undefined ? libraryChecks(vc, library) : itemChecks(vc, path));
};

const countFinding = (count: number): Finding =>
  count > 0
    ? { detail: `${count} visible` }
    : { detail: 'none visible', advice: 'Give the user a role that can see content libraries, as a global permission.' };

const libraryChecks = (vc: VCenter, name: string): Observable<Check> => {
  const library$ = findLibraryByName(vc, name).pipe(shareReplay(1));
  const items$: Observable<readonly Entry[]> = library$.pipe(
    concatMap(({ id }) => listItems(vc, id)),
    concatMap((ids) => readAll(ids, (id) => getItem(vc, id))),
    map((items) => items.map(({ name, size, cached }) => toEntry(name ?? '', size, cached))),
    shareReplay(1),
  );
  return concat(
    check('library', library$.pipe(map(({ id, name }) => ({ detail: `${replaceControlCharacters(name)} (${id})` })))),
    check('cached', items$.pipe(map((items) => cachedFinding(items, 'item')))),
    check('names', items$.pipe(map((items) => namesFinding(items, 'item')))),
    check('space', items$.pipe(concatMap(spaceFinding))),
  );
};

const itemChecks = (vc: VCenter, path: string): Observable<Check> => {
  const item$ = findItemAt(vc, path).pipe(
    map(({ item }) => item),
    shareReplay(1),
  );
  const files$: Observable<readonly Entry[]> = item$.pipe(
    concatMap(({ id }) => listItemFiles(vc, id)),
    map((files) => files.map(({ name, size, cached }) => toEntry(name, size, cached))),
    shareReplay(1),
  );
  return concat(
    check('item', item$.pipe(map(({ id, name }) => ({ detail: `${replaceControlCharacters(name)} (${id})` }))), readAdvice),
    check('download', item$.pipe(concatMap(({ id }) => downloadFinding(vc, id))), downloadAdvice),
    check('cached', files$.pipe(map((files) => cachedFinding(files, 'file')))),
    check('names', files$.pipe(map((files) => namesFinding(files, 'file')))),
    check('space', files$.pipe(concatMap(spaceFinding))),
  );
};

const toEntry = (name: string, size: number | undefined, cached: boolean | undefined): Entry => ({
  name,
  ...(size === undefined ? {} : { size }),
  ...(cached === undefined ? {} : { cached }),
});

/** Creates a download session and deletes it at once: no other request shows that it is allowed. */
const downloadFinding = (vc: VCenter, itemId: string): Observable<Finding> =>
  createDownloadSession(vc, itemId).pipe(
    concatMap((sessionId) => deleteDownloadSession(vc, sessionId)),
    toArray(),
    map(() => ({ detail: 'allowed: a download session was created and deleted' })),
  );

export const cachedFinding = (entries: readonly Entry[], kind: 'item' | 'file'): Finding => {
  const missing = entries.filter(({ cached }) => cached === false);
  if (missing.length === 0) return { detail: `all of ${count(entries.length, kind)}` };
  return {
    detail: `${missing.length} of ${count(entries.length, kind)} not: ${nameList(missing.map(({ name }) => name))}`,
    advice:
      'A subscribed library fetches them from its publisher first, which can take long: raise --timeout if an export gives up.',
  };
};

/** Exit code for names and space. */
const DISK = 10;

export const namesFinding = (entries: readonly Entry[], kind: 'item' | 'file'): Finding => {
  const validate = createFileNameValidator();
  const problems = entries.flatMap(({ name }) => {
    try {
      validate(name);
      return [];
    } catch (thrown) {
      return [messageOf(thrown)];
    }
  });
  if (problems.length === 0) return { detail: `safe on every system (${count(entries.length, kind)})` };
  return { detail: problems.slice(0, 10).join(' '), advice: `Rename the ${kind} in the library.`, code: DISK };
};

const spaceFinding = (entries: readonly Entry[]): Observable<Finding> =>
  defer(() => freeSpace(process.cwd())).pipe(
    concatMap((free) =>
      of(
        spaceFindingOf(
          entries.reduce((sum, { size = 0 }) => sum + size, 0),
          free,
        ),
      ),
    ),
  );

/** Sizes are those on the storage of the library: a hint. */
export const spaceFindingOf = (needed: number, free: number | undefined): Finding => {
  if (free === undefined) return { detail: `about ${formatBytes(needed)} are needed; the free space is unknown` };
  const detail = `about ${formatBytes(needed)} are needed, ${formatBytes(free)} are free in the current directory`;
  return free >= needed ? { detail } : { detail, advice: 'Export to another disk, or free space.', code: DISK };
};

const count = (number: number, kind: string): string => `${number} ${kind}${number === 1 ? '' : 's'}`;

const nameList = (names: readonly string[]): string =>
  [...names.slice(0, 5).map(replaceControlCharacters), ...(names.length > 5 ? [`and ${names.length - 5} others`] : [])].join(
    ', ',
  );
