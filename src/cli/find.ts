/** Resolves `LIBRARY/ITEM/GLOB`: libraries and items by name, or by identifier where a name is ambiguous. */

import { catchError, concatMap, forkJoin, map, of, throwError, type Observable } from 'rxjs';
import { ApiError, findItems, findLibraries, getItem, getLibrary, type VCenter } from '../index.ts';
import { notFoundError, usageError } from './command-error.ts';
import { sanitize } from './format.ts';

/** A library or an item. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Splits `LIBRARY/ITEM/GLOB`. A slash inside a name is written `%2F`. */
export const parsePath = (path: string): readonly string[] => {
  const parts = path.replace(/\/$/, '').split('/');
  if (parts.length > 3 || parts.some((part) => part === ''))
    throw usageError(`Expected LIBRARY/ITEM/FILE, got ${JSON.stringify(path)}. Write a slash inside a name as %2F.`);
  return parts.map((part) => part.replaceAll(/%2f/gi, '/'));
};

/** Emits the library with this name or identifier. */
export const findLibraryByName = (vc: VCenter, name: string): Observable<Named> =>
  findLibraries(vc, { name }).pipe(concatMap((ids) => resolveUnique('library', name, ids, (id) => getLibrary(vc, id))));

/** Emits the item with this name or identifier in a library. */
export const findItemByName = (vc: VCenter, library: Named, name: string): Observable<Named> =>
  findItems(vc, { name, library_id: library.id }).pipe(
    concatMap((ids) => resolveUnique('item', name, ids, (id) => getItemOf(vc, library, id))),
  );

/** An identifier also resolves to items of other libraries: those are not found. */
const getItemOf = (vc: VCenter, library: Named, id: string): Observable<Named> =>
  getItem(vc, id).pipe(
    map(({ name, library_id }) => {
      if (library_id !== undefined && library_id !== library.id)
        throw notFoundError(`The item ${JSON.stringify(name)} (${id}) is not in the library ${JSON.stringify(library.name)}.`);
      return { id, name };
    }),
  );

const resolveUnique = (
  kind: 'library' | 'item',
  name: string,
  ids: readonly string[],
  get: (id: string) => Observable<{ readonly name: string }>,
): Observable<Named> => {
  const read = (id: string): Observable<Named> => get(id).pipe(map(({ name }) => ({ id, name })));
  const [only] = ids;
  if (only === undefined)
    return read(name).pipe(
      catchError((thrown: unknown) =>
        throwError(() => (isUnknownId(thrown) ? notFoundError(`There is no ${kind} ${JSON.stringify(name)}.`) : thrown)),
      ),
    );
  if (ids.length === 1) return of({ id: only, name });
  // vCenter's search ignores case: an exact match is preferred.
  return forkJoin(ids.map(read)).pipe(
    map((found) => {
      const [exact, another] = found.filter((entry) => entry.name === name);
      if (exact !== undefined && another === undefined) return exact;
      const kinds = kind === 'library' ? 'libraries' : 'items';
      const choices = found.map(({ id, name }) => `  ${id}  ${sanitize(name)}`).join('\n');
      throw usageError(
        `${found.length} ${kinds} are named ${JSON.stringify(name)}. Use one of these identifiers instead:\n${choices}`,
      );
    }),
  );
};

/** Servers respond with different errors to an unknown or malformed identifier. */
const isUnknownId = (thrown: unknown): boolean =>
  thrown instanceof ApiError && ['NOT_FOUND', 'INVALID_ARGUMENT', 'INVALID_REQUEST'].includes(thrown.error_type);

/** Returns a predicate that matches file names against a pattern with `*` and `?`. */
export const globMatcher = (pattern: string): ((name: string) => boolean) => {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, 'su');
  return (name) => expression.test(name);
};
