/** Reads many things of the server, several at a time. */

import { from, map, mergeMap, toArray, type Observable } from 'rxjs';

/** Requests at the same time. */
const CONCURRENCY = 8;

/**
 * Reads something for each of these keys, such as an item for each identifier.
 *
 * - Emits: once, in the order of the keys, whichever response is the first; reads that complete without a value are left out.
 * - Completes: after it.
 * - Errors: as the reads do.
 * - Unsubscribing: aborts the reads.
 */
export const readAll = <K, A>(keys: readonly K[], read: (key: K) => Observable<A>): Observable<readonly A[]> =>
  from(keys).pipe(
    mergeMap((key, index) => read(key).pipe(map((value) => ({ index, value }))), CONCURRENCY),
    toArray(),
    map((results) => results.toSorted((one, other) => one.index - other.index).map(({ value }) => value)),
  );
