/** One question for all who ask at the same time. */

import { concat, defer, EMPTY, finalize, ignoreElements, onErrorResumeNextWith, share, type Observable } from 'rxjs';

/**
 * Shares a question among those who ask it while it is waiting to be put. What is in flight may have been put too early for who asks
 * now: they are answered by the next one, which is put as soon as the other one is answered.
 *
 * - Emits, completes, errors: as the question.
 * - Unsubscribing: aborts the question when nobody waits for its answer any more.
 *
 * ```text
 * asked      a-b-c
 * questions  ---(x|)       put for a
 *               ---(y|)    put for b and c
 * ```
 */
export const coalesce = <A>(source: Observable<A>): Observable<A> => {
  let inFlight: Observable<A> | undefined;
  let next: Observable<A> | undefined;
  return defer(() => {
    if (next !== undefined) return next;
    const before = inFlight ?? EMPTY;
    const request$: Observable<A> = concat(
      before.pipe(ignoreElements(), onErrorResumeNextWith()),
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
