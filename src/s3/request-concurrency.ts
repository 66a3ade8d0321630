/** Many requests of one kind. */

import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';

/** Requests at the same time; the client of the store has 50 connections. */
const REQUEST_CONCURRENCY = 16;

/** Sends a request for each value, 16 at a time; returns the results in no particular order. */
export const requestEach = <A, B>(values: Iterable<A>, request: (value: A) => Promise<B>): Promise<readonly B[]> =>
  lastValueFrom(from(values).pipe(mergeMap(request, REQUEST_CONCURRENCY), toArray()));
