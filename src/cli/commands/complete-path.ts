/** Completes `LIBRARY/ITEM/FILE` with the names on the server. */

import { Readable } from 'node:stream';
import { concatMap, from, lastValueFrom, map, mergeMap, takeUntil, timer, toArray, type Observable } from 'rxjs';
import { getItem, getLibrary, listItemFiles, listItems, listLibraries, withVCenter, type VCenter } from '../../index.ts';
import { findItemAt, findLibraryByName } from '../paths/find.ts';
import { readConnection, type ConnectionFlags } from '../settings/connection.ts';

/** Milliseconds that a completion may take: the shell waits for it. */
const TIMEOUT = 3000;

/** Names that are read at a time. */
const CONCURRENCY = 16;

/**
 * Returns the candidates for a path; none if there is no connection, because a message would be printed into the command line.
 *
 * @param onlyLibrary - True if the path is a library's name.
 */
export const completePath = async (flags: ConnectionFlags, current: string, onlyLibrary: boolean): Promise<readonly string[]> => {
  try {
    // Without a terminal, so that nothing is asked for.
    const options = await readConnection(flags, process.env, Readable.from([]), () => undefined);
    const names$ = withVCenter({ ...options, retry: false }, (vc) =>
      candidates(vc, current, onlyLibrary).pipe(takeUntil(timer(TIMEOUT))),
    );
    const found = await lastValueFrom(names$, { defaultValue: [] });
    return found.filter((name) => name.startsWith(current) && !/\p{C}/u.test(name));
  } catch {
    return [];
  }
};

const candidates = (vc: VCenter, current: string, onlyLibrary: boolean): Observable<readonly string[]> => {
  const start = current.startsWith('/') ? '/' : '';
  const parts = current.slice(start.length).split('/');
  const [library = '', item = ''] = parts;
  const below = `${start}${library}/`;
  if (parts.length === 1)
    return readNames(listLibraries(vc), (id) => getLibrary(vc, id)).pipe(
      map((names) => names.map((name) => `${start}${escapeName(name)}${onlyLibrary ? '' : '/'}`)),
    );
  if (parts.length === 2)
    return readNames(findLibraryByName(vc, library).pipe(concatMap(({ id }) => listItems(vc, id))), (id) => getItem(vc, id)).pipe(
      map((names) => names.map((name) => below + escapeName(name))),
    );
  return findItemAt(vc, `${library}/${item}`).pipe(
    concatMap((found) => listItemFiles(vc, found.item.id)),
    map((files) => files.map(({ name }) => `${below}${item}/${escapeName(name)}`)),
  );
};

const readNames = (
  ids$: Observable<readonly string[]>,
  read: (id: string) => Observable<{ readonly name: string }>,
): Observable<readonly string[]> =>
  ids$.pipe(
    concatMap((ids) => from(ids).pipe(mergeMap(read, CONCURRENCY), toArray())),
    map((entries) => entries.map(({ name }) => name).toSorted()),
  );

/** A slash inside a name separates no parts. */
const escapeName = (name: string): string => name.replaceAll('%', '%25').replaceAll('/', '%2F');
