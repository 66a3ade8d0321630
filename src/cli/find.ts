/** What `LIBRARY/ITEM/GLOB` names: libraries and items by name, or by identifier where a name is not enough. */

import { catchError, concatMap, forkJoin, map, of, throwError, type Observable } from 'rxjs';
import { ApiError, findItems, findLibraries, getItem, getLibrary, type VCenter } from '../index.ts';
import { notFoundError, usageError } from './command-error.ts';
import { sanitize } from './format.ts';

/** Something that has a name and an identifier. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Splits `LIBRARY/ITEM/GLOB`. A slash within a name is written `%2F`. */
export const parsePath = (path: string): readonly string[] => {
  const parts = path.replace(/\/$/, '').split('/');
  if (parts.length > 3 || parts.some((part) => part === ''))
    throw usageError(`${JSON.stringify(path)} is not LIBRARY/ITEM/FILE. A slash within a name is written %2F.`);
  return parts.map((part) => part.replaceAll(/%2f/gi, '/'));
};

/** The library of a name or an identifier. */
export const findLibraryByName = (vc: VCenter, name: string): Observable<Named> =>
  findLibraries(vc, { name }).pipe(concatMap((ids) => resolveUnique('library', name, ids, (id) => getLibrary(vc, id))));

/** The item of a name or an identifier in a library. */
export const findItemByName = (vc: VCenter, library: Named, name: string): Observable<Named> =>
  findItems(vc, { name, library_id: library.id }).pipe(
    concatMap((ids) => resolveUnique('item', name, ids, (id) => itemIn(vc, library, id))),
  );

/** An identifier finds items of all libraries. */
const itemIn = (vc: VCenter, library: Named, id: string): Observable<Named> =>
  getItem(vc, id).pipe(
    map(({ name, library_id }) => {
      if (library_id !== undefined && library_id !== library.id)
        throw notFoundError(
          `The item ${JSON.stringify(name)} (${id}) is in another library than ${JSON.stringify(library.name)}.`,
        );
      return { id, name };
    }),
  );

const resolveUnique = (
  kind: string,
  wanted: string,
  ids: readonly string[],
  get: (id: string) => Observable<{ readonly name: string }>,
): Observable<Named> => {
  const read = (id: string): Observable<Named> => get(id).pipe(map(({ name }) => ({ id, name })));
  const [only] = ids;
  if (only === undefined)
    return read(wanted).pipe(
      catchError((thrown: unknown) =>
        throwError(() => (isNoSuchId(thrown) ? notFoundError(`There is no ${kind} ${JSON.stringify(wanted)}.`) : thrown)),
      ),
    );
  if (ids.length === 1) return of({ id: only, name: wanted });
  // vCenter does not mind letter case; whoever typed the name may.
  return forkJoin(ids.map(read)).pipe(
    map((found) => {
      const [exact, another] = found.filter(({ name }) => name === wanted);
      if (exact !== undefined && another === undefined) return exact;
      const choice = found.map(({ id, name }) => `  ${id}  ${sanitize(name)}`).join('\n');
      throw usageError(
        `There are ${found.length} of ${kind} ${JSON.stringify(wanted)}. Use the identifier of the one you mean:\n${choice}`,
      );
    }),
  );
};

/** Servers differ in what they make of an identifier that is none. */
const isNoSuchId = (thrown: unknown): boolean =>
  thrown instanceof ApiError && ['NOT_FOUND', 'INVALID_ARGUMENT', 'INVALID_REQUEST'].includes(thrown.error_type);

/** Whether a file's name fits a pattern of `*` and `?`. */
export const globMatcher = (pattern: string): ((name: string) => boolean) => {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, 'su');
  return (name) => expression.test(name);
};
