/** Reads many things of the server, several at a time. */

import { from, map, mergeMap, toArray, type Observable } from 'rxjs';

/** Requests at the same time. */
const CONCURRENCY = 8;

/**
 * Reads what has these identifiers.
 *
 * - Emits: once, in the order of the identifiers, whichever response is the first; reads that complete without a value are left out.
 * - Completes: after it.
 * - Errors: as the reads do.
 * - Unsubscribing: aborts the reads.
 */
export const readAll = <A>(ids: readonly string[], read: (id: string) => Observable<A>): Observable<readonly A[]> =>
  from(ids).pipe(
    mergeMap((id, index) => read(id).pipe(map((value) => ({ index, value }))), CONCURRENCY),
    toArray(),
    map((results) => results.toSorted((one, other) => one.index - other.index).map(({ value }) => value)),
  );
