/** Runs one attempt of a job. */

import {
  catchError,
  connect,
  defer,
  EMPTY,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  takeUntil,
  tap,
  throttleTime,
  throwError,
  type Observable,
} from 'rxjs';
import {
  isContentLibraryError,
  mirrorItem,
  snapshots,
  type MirrorDownload,
  type MirrorEvent,
  type MirrorTarget,
  type VCenter,
} from '../index.ts';
import type { Board, StartedJob } from './board.ts';
import { toFleetError } from './error.ts';
import type { FleetEvent } from './events.ts';
import type { ResolvedWorkOptions } from './options.ts';
import { trackTarget } from './tracked-target.ts';

/** Milliseconds. */
const PROGRESS_PERIOD = 1000;
const MAX_DELAY = 3_600_000;

/** What an attempt needs. */
export interface JobContext {
  readonly board: Board;
  readonly vc: VCenter;
  readonly target: MirrorTarget;
  readonly options: ResolvedWorkOptions;
}

/**
 * Runs one attempt of a job; the events go to the board.
 *
 * - Emits: nothing.
 * - Completes: when the attempt has ended: verified, failed, to be retried, or cancelled.
 * - Errors: if the login is rejected, because the next job would be rejected too. The job is released.
 * - Unsubscribing: stops the download. The job is released when the target has suspended it.
 */
export const runJob = ({ board, vc, target, options }: JobContext, { job, version }: StartedJob): Observable<never> =>
  defer(() => {
    const { key } = job;
    const worker = options.name;
    const tracked = trackTarget(target);
    const state = { isCancelled: false, isEnded: false };
    const end = (event: FleetEvent): void => {
      state.isEnded = true;
      board.emit(event);
    };
    const fail = (thrown: unknown): void => {
      const error = toFleetError(thrown);
      if (!error.transient || job.attempt >= options.attempts) return end({ type: 'failed', key, error });
      const delay = Math.min(MAX_DELAY, options.retryDelay * 2 ** (job.attempt - 1));
      board.retryAfter(key, delay);
      return end({ type: 'retrying', key, attempt: job.attempt, delay, error });
    };
    const handle = (event: MirrorEvent): void => {
      if (event.type === 'superseded') board.emit({ type: 'superseded', key, worker });
      if (event.type === 'failed') fail(event.error);
      if (event.type !== 'mirrored') return;
      const { contentVersion, bytes, transferred } = event;
      end({ type: 'verified', key, worker, contentVersion, bytes, transferred });
    };
    const cancelled$ = board.cancelled(key).pipe(
      tap(() => {
        state.isCancelled = true;
      }),
    );
    return mirrorItem(vc, tracked.target, version, options.download).pipe(
      connect((events$) =>
        merge(
          progressOf(events$).pipe(tap((progress) => board.emit({ type: 'progress', key, worker, ...progress }))),
          events$.pipe(tap(handle)),
        ),
      ),
      takeUntil(cancelled$),
      ignoreElements(),
      catchError((thrown: unknown) => {
        if (isContentLibraryError(thrown) && thrown._tag === 'AuthenticationError') return throwError(() => thrown);
        fail(thrown);
        return EMPTY;
      }),
      finalize(() => {
        if (state.isEnded) return;
        void tracked
          .closed()
          .then(() => board.emit(state.isCancelled ? { type: 'cancelled', key } : { type: 'released', key, worker }));
      }),
    );
  });

interface Progress {
  readonly received: number;
  readonly total?: number;
  readonly speed: number;
}

const progressOf = (events$: Observable<MirrorEvent>): Observable<Progress> =>
  events$.pipe(
    filter((event): event is MirrorDownload => event.type === 'download'),
    map(({ event }) => event),
    snapshots(),
    map(({ received, total, speed }) => ({ received, speed, ...(total === undefined ? {} : { total }) })),
    throttleTime(PROGRESS_PERIOD, undefined, { leading: true, trailing: true }),
    // Last, because the throttle completes only when its period has ended.
    takeUntil(events$.pipe(filter(({ type }) => type === 'mirrored' || type === 'failed'))),
  );
