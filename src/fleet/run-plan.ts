/** Compares a library with its target, and adds the jobs. */

import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  finalize,
  from,
  map,
  of,
  takeUntil,
  tap,
  throwError,
  toArray,
  type Observable,
} from 'rxjs';
import { compareLibrary, isContentLibraryError, type LibraryComparison, type MirrorTarget, type VCenter } from '../index.ts';
import { keyOf, type Board, type PlanRequest } from './board.ts';
import { toFleetError, type FleetError } from './error.ts';

/** What a comparison needs. */
export interface PlanContext {
  readonly board: Board;
  readonly vc: VCenter;
  readonly target: MirrorTarget;
}

/**
 * Compares a library with its target, renames what was renamed in the library, and adds the jobs.
 *
 * - Emits: nothing; `planned` or `planning-failed` goes to the board.
 * - Completes: after it.
 * - Errors: if the login is rejected. The request then waits for another worker.
 * - Unsubscribing: aborts the requests; the request waits for another worker.
 */
export const runPlan = ({ board, vc, target }: PlanContext, request: PlanRequest): Observable<never> =>
  defer(() => {
    const { mirror, onPlanned } = request;
    let isEnded = false;
    const compared$ = compareLibrary(
      vc,
      mirror.libraryId,
      target,
      mirror.include === undefined ? {} : { include: mirror.include },
    );
    return compared$.pipe(
      concatMap((comparison) => rename(target, comparison).pipe(map((errors) => ({ comparison, errors })))),
      tap(({ comparison: { contents, plan }, errors }) => {
        isEnded = true;
        onPlanned(plan.downloads.map((version) => keyOf(mirror, version)));
        board.add(mirror, plan.downloads, (added) => ({
          type: 'planned',
          mirror: mirror.name,
          items: plan.current.length + plan.downloads.length,
          current: plan.current.length,
          added,
          gone: plan.gone.length,
          errors: [...contents.unreadable.map(({ error }) => toFleetError(error)), ...errors],
        }));
      }),
      takeUntil(request.stop$),
      concatMap(() => EMPTY),
      catchError((thrown: unknown) => {
        if (isContentLibraryError(thrown) && thrown._tag === 'AuthenticationError') return throwError(() => thrown);
        isEnded = true;
        onPlanned([]);
        board.emit({ type: 'planning-failed', mirror: mirror.name, error: toFleetError(thrown) });
        return EMPTY;
      }),
      finalize(() => {
        if (!isEnded && request.isWanted()) board.plans.add(request);
        board.changed();
      }),
    );
  });

const rename = (target: MirrorTarget, { contents, plan }: LibraryComparison): Observable<readonly FleetError[]> =>
  from(plan.moves).pipe(
    concatMap(({ item, place }) =>
      defer(async () => target.move?.(contents, item, place)).pipe(
        concatMap(() => EMPTY),
        catchError((thrown: unknown) => of(toFleetError(thrown))),
      ),
    ),
    toArray(),
  );
