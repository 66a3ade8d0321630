/** Shares the next request among all subscribers that wait for it. */

import { concat, defer, EMPTY, finalize, ignoreElements, onErrorResumeNextWith, share, type Observable } from 'rxjs';

/**
 * Shares a request among all subscribers that wait for it to start. A request already in flight may be too old for a new subscriber,
 * which gets the next request instead; that starts as soon as the one in flight has ended.
 *
 * - Emits: as the request.
 * - Completes: as the request.
 * - Errors: as the request.
 * - Unsubscribing: aborts the request when its last subscriber has left.
 *
 * ```text
 * subscriptions  a-b-c
 * requests       ---(x|)       for a
 *                   ---(y|)    for b and c
 * ```
 */
export const shareNextRequest = <A>(source: Observable<A>): Observable<A> => {
  let inFlight: Observable<A> | undefined;
  let next: Observable<A> | undefined;
  return defer(() => {
    if (next !== undefined) return next;
    const previous$ = inFlight ?? EMPTY;
    const request$: Observable<A> = concat(
      previous$.pipe(ignoreElements(), onErrorResumeNextWith()),
      defer(() => {
        inFlight = request$;
        next = undefined;
        return source;
      }),
    ).pipe(
      finalize(() => {
        if (inFlight === request$) inFlight = undefined;
        if (next === request$) next = undefined;
      }),
      share(),
    );
    next = request$;
    return request$;
  });
};
