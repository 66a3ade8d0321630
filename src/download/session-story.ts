/** What happens in one download session: its files are prepared, its lease is kept. */

import {
  asyncScheduler,
  catchError,
  concat,
  concatMap,
  connect,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  of,
  takeUntil,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import { closingFacts } from './closing-facts.ts';
import { begin, choose, type Course, type Known } from './course.ts';
import { LeaseError } from '../errors.ts';
import type { DownloadEvent, Lease, Status } from './events.ts';
import { extended, leaseOf, type LeaseState } from './lease-state.ts';
import { lease } from './lease.ts';
import { stallOf, type DownloadOptions } from './options.ts';
import { opening } from './opening.ts';
import { tellerOf } from '../polling/budget.ts';
import { preparationOf, untilSettled } from '../watching/preparations.ts';
import { unlessStalled } from '../transfer/stall.ts';
import type { Retry } from '../connection/retrying.ts';
import { statuses } from './statuses.ts';

/**
 * - Emits: `opened` if nothing was before it, `lease` if it takes over, then `status` and `lease`.
 * - Completes: when the last file of the download has come to its end.
 * - Errors: `LeaseError` when the session is over, `TimeoutError` when nothing is heard of it, as preparations do, and as the files have.
 * - Unsubscribing: aborts its requests.
 */
export const sessionStory = (course: Course, sessionId: string): Observable<DownloadEvent> =>
  (course.known === undefined ? first(course, sessionId) : takeOver(course, sessionId, course.known)).pipe(
    concatMap(({ event, state, known }) =>
      concat(
        of(event),
        defer(() => {
          // The files begin with this, and may have ended before it returns.
          begin(course, known);
          return merge(
            lossesOf(course, sessionId),
            preparing(course, sessionId, known),
            lease(state, extended(course.vc, sessionId, known.tally.percentage)).pipe(
              map((next) => leaseEvent('extended', next)),
            ),
          );
        }),
      ),
    ),
    takeUntil(course.ended$),
  );

/** A session that has begun. */
interface Begun {
  readonly event: DownloadEvent;
  readonly state: LeaseState;
  readonly known: Known;
}

const first = ({ vc, item, options }: Course, sessionId: string): Observable<Begun> =>
  opening(vc, item, sessionId).pipe(
    map((opened) => {
      const known = choose(opened, options.files);
      return { event: known.opened, state: known.lease, known };
    }),
  );

const takeOver = ({ vc }: Course, sessionId: string, known: Known): Observable<Begun> =>
  leaseOf(vc, sessionId).pipe(
    map((state) => {
      if (state.contentVersion !== known.lease.contentVersion) throw changed(sessionId);
      return { event: leaseEvent('renewed', state), state, known };
    }),
  );

const preparing = (course: Course, sessionId: string, { names }: Known): Observable<Status> => {
  const { vc, held, finished, options } = course;
  const facts = closingFacts(vc, sessionId);
  return untilSettled(
    vc,
    sessionId,
    names.filter((name) => !finished.has(name)),
    // A download is no picture that somebody looks at: it goes on in a hidden page, too.
    { whileHidden: 0, ...options, onRetry: alsoTelling(options, course) },
  ).pipe(
    tap(() => {
      course.newsAt = asyncScheduler.now();
    }),
    connect((infos$) =>
      merge(
        infos$.pipe(statuses),
        infos$.pipe(
          tap((infos) => held.hold({ sessionId, infos, closingFacts: facts })),
          ignoreElements(),
        ),
      ),
    ),
    // While bytes flow nothing stands still; a transfer that does looks after itself.
    unlessStalled({
      operation: preparationOf(names.length),
      limit: stallOf(options),
      waitingSince: () => (course.flowing === 0 ? course.newsAt : undefined),
    }),
  );
};

const alsoTelling =
  ({ onRetry }: DownloadOptions, course: Course) =>
  (retry: Retry): void => {
    tellerOf(onRetry)(retry);
    course.onRetry(retry);
  };

/** A file has found its address gone; how the session ended is the session's to tell. */
const lossesOf = ({ vc, lost$ }: Course, sessionId: string): Observable<never> =>
  lost$.pipe(
    filter(({ downloadSessionId }) => downloadSessionId === sessionId),
    concatMap((lost) =>
      leaseOf(vc, sessionId).pipe(
        catchError((thrown: unknown) => throwError(() => (thrown instanceof LeaseError ? thrown : lost))),
        concatMap(() => throwError(() => lost)),
      ),
    ),
  );

/** The event that tells of a lease. */
const leaseEvent = (state: Lease['state'], { expires }: LeaseState): Lease => ({
  type: 'lease',
  state,
  ...(expires === undefined ? {} : { expires }),
});

/** Files of two versions are no item. */
const changed = (downloadSessionId: string): LeaseError =>
  new LeaseError({ downloadSessionId, ending: 'failed', reason: 'the item was changed while its files were on their way' });
