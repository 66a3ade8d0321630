/** Searches libraries or items for what a part of a path means. */

import { catchError, concatMap, map, of, throwError, type Observable } from 'rxjs';
import { ApiError } from '../../index.ts';
import { CommandError, notFoundError } from '../command-error.ts';
import { replaceControlCharacters } from '../output/format.ts';
import { globMatcher, hasOtherForms, isPattern, isSameText, readingsOf } from './names.ts';
import { readAll } from './read-all.ts';

/** A library or an item. */
export interface IdAndName {
  readonly id: string;
  readonly name: string;
}

/** The requests for one kind of entry. */
export interface Entries {
  readonly kind: string;
  readonly kinds: string;
  /** Emits the identifiers of the entries with a name. vCenter ignores its case. */
  readonly find: (name: string) => Observable<readonly string[]>;
  readonly list: Observable<readonly string[]>;
  readonly get: (id: string) => Observable<{ readonly name: string }>;
}

/**
 * Emits the entries that a part of a path means: none, one, or several that have the same name or match a pattern. Of several names that
 * differ in case, the exact one is meant.
 */
const findEntries = (part: string, entries: Entries): Observable<readonly IdAndName[]> => {
  const readings = readingsOf(part);
  const read = (id: string): Observable<IdAndName> => entries.get(id).pipe(map(({ name }) => ({ id, name })));
  const list$ = entries.list.pipe(concatMap((ids) => readAll(ids, read)));

  const byName = ([reading, ...others]: readonly string[]): Observable<readonly IdAndName[]> => {
    if (reading === undefined) return hasOtherForms(part) ? byCharacters() : isPattern(part) ? byPattern() : byId();
    return entries.find(reading).pipe(
      concatMap((ids) => {
        const [only] = ids;
        if (only === undefined) return byName(others);
        if (ids.length === 1) return of([{ id: only, name: reading }]);
        return readAll(ids, read).pipe(
          map((found) => {
            const exact = found.filter(({ name }) => name === reading);
            return exact.length === 1 ? exact : found;
          }),
        );
      }),
    );
  };
  /** vCenter cannot search for a name that is composed in another way: all names are read. */
  const byCharacters = (): Observable<readonly IdAndName[]> =>
    list$.pipe(
      map((all) => {
        const same = readings.map((reading) => all.filter(({ name }) => isSameText(name, reading)));
        return same.find(({ length }) => length > 0) ?? matching(all);
      }),
    );
  const matching = (all: readonly IdAndName[]): readonly IdAndName[] =>
    isPattern(part) ? all.filter(({ name }) => readings.map(globMatcher).some((matches) => matches(name))) : [];
  const byPattern = (): Observable<readonly IdAndName[]> => list$.pipe(map(matching));
  const byId = (): Observable<readonly IdAndName[]> =>
    read(part).pipe(
      map((entry) => [entry]),
      catchError((thrown: unknown) => (isUnknownId(thrown) ? of([]) : throwError(() => thrown))),
    );
  return byName(readings);
};

/** Emits the only entry that a part of a path means; errors with the candidates if there are several. */
export const findUnique = (part: string, entries: Entries): Observable<IdAndName> =>
  findEntries(part, entries).pipe(
    map((found) => {
      const [only, another] = requireSome(found, entries.kind, part);
      if (only !== undefined && another === undefined) return only;
      throw ambiguousError(part, entries, found);
    }),
  );

/** Emits all entries that match a part of a path if it is a pattern; else the only one that it means. */
export const findMatching = (part: string, entries: Entries): Observable<readonly IdAndName[]> =>
  isPattern(part)
    ? findEntries(part, entries).pipe(map((found) => requireSome(found, entries.kind, part)))
    : findUnique(part, entries).pipe(map((entry) => [entry]));

/**
 * Returns the entries that were found.
 *
 * @throws CommandError (not found) if there is none.
 */
export const requireSome = <A>(found: readonly A[], kind: string, part: string): readonly A[] => {
  if (found.length === 0)
    throw notFoundError(`There is no ${kind} ${isPattern(part) ? 'that matches ' : ''}${JSON.stringify(part)}.`);
  return found;
};

const ambiguousError = (part: string, { kinds }: Entries, found: readonly IdAndName[]): CommandError => {
  const readings = readingsOf(part);
  const choices = found.map(({ id, name }) => `  ${id}  ${replaceControlCharacters(name)}`).join('\n');
  const areNamed = isPattern(part) && !found.some(({ name }) => readings.includes(name)) ? 'match' : 'are named';
  return new CommandError(
    'UsageError',
    2,
    `${found.length} ${kinds} ${areNamed} ${JSON.stringify(part)}. Use one of these identifiers instead:\n${choices}`,
    found,
  );
};

/** Servers respond with different errors to an unknown or malformed identifier. */
export const isUnknownId = (thrown: unknown): boolean =>
  thrown instanceof ApiError && ['NOT_FOUND', 'INVALID_ARGUMENT', 'INVALID_REQUEST'].includes(thrown.error_type);
