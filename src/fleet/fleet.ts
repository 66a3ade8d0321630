/** Mirrors of many sites, worked on by workers with limits. */

import {
  defer,
  distinctUntilChanged,
  filter,
  ignoreElements,
  map,
  merge,
  Observable,
  repeat,
  Subject,
  takeWhile,
  timer,
} from 'rxjs';
import { createBoard, type Board, type PlanRequest } from './board.ts';
import type { FleetEvent } from './events.ts';
import { assertMirror, type FleetMirror, type FleetWorkOptions } from './options.ts';
import { fleetSnapshots } from './snapshots.ts';
import type { FleetJob, FleetWorker } from './state.ts';
import { work } from './work.ts';

/** Mirrors and workers with common limits. */
export interface Fleet {
  /**
   * Has a library compared with a target, and its items downloaded where they differ. A worker with the site and the target does it; until
   * one is subscribed to, the mirror waits. Only the manifests of the target decide what is downloaded.
   *
   * - Emits: `planned` or `planning-failed`, and the events of the jobs of this mirror.
   * - Completes: when none of its jobs waits or runs; with `every`, never.
   * - Errors: never otherwise than by `TypeError`; failed jobs are events.
   * - Unsubscribing: ends the comparisons. Jobs that were added remain: `cancel` them, or unsubscribe from the workers.
   *
   * @throws TypeError (the stream) if an option is unknown or invalid.
   */
  mirror(mirror: FleetMirror): Observable<FleetEvent>;
  /**
   * Works: compares libraries, and downloads items, at most `slots` at the same time, and at most `items` of a site by all workers together.
   * It has one login for each site.
   *
   * - Emits: the events of this worker and of the jobs that it runs.
   * - Completes: never.
   * - Errors: `AuthenticationError` if a site rejects the login: the same login is not tried for the next job.
   * - Unsubscribing: stops the downloads; their download sessions are cancelled and deleted, and the worker logs out. Its jobs wait again as
   *   soon as the target has suspended them, have used no attempt, and continue with what the target kept.
   *
   * @throws TypeError (the stream) if an option is unknown or invalid, or if a worker of this name is subscribed to.
   */
  work(options: FleetWorkOptions): Observable<FleetEvent>;
  /**
   * All events.
   *
   * - Emits: `state` at once, with the jobs and workers; then each event.
   * - Completes and errors: never.
   * - Unsubscribing: changes nothing.
   */
  readonly events$: Observable<FleetEvent>;
  /**
   * The jobs, in the order in which they were planned.
   *
   * - Emits: at once, then after each change of one of them.
   * - Completes and errors: never.
   * - Unsubscribing: changes nothing.
   */
  jobs(): Observable<readonly FleetJob[]>;
  /**
   * The workers that are subscribed to.
   *
   * - Emits: at once, then after each change.
   * - Completes and errors: never.
   * - Unsubscribing: changes nothing.
   */
  workers(): Observable<readonly FleetWorker[]>;
  /**
   * Cancels a job. It is not planned again until `retry`, or until the item has another content version.
   *
   * - Emits: nothing.
   * - Completes: when it no longer runs. A job that ended by itself meanwhile is not changed.
   * - Errors: `RangeError` if there is no such job.
   * - Unsubscribing: does not undo it.
   */
  cancel(key: string): Observable<never>;
  /**
   * Lets a failed or cancelled job wait again, with all its attempts. A job that waits or runs is not changed.
   *
   * - Emits: nothing.
   * - Completes: at once.
   * - Errors: `RangeError` if there is no such job.
   * - Unsubscribing: does not undo it.
   */
  retry(key: string): Observable<never>;
}

/**
 * Creates a fleet in this process: mirrors of many sites that share limits, and workers that download the items. It needs no server and
 * keeps nothing on a disk: what is complete is in the targets, and so is what can be resumed.
 *
 * @example
 * ```ts
 * const mirrors = fleet();
 * const working = mirrors
 *   .work({ sites: [{ name: 'berlin', connect: () => options }], targets: { nas: toTree('/mnt/mirror') } })
 *   .subscribe();
 * mirrors
 *   .mirror({ name: 'templates', site: 'berlin', libraryId: 'library-1', target: 'nas' })
 *   .subscribe({ next: console.log, complete: () => working.unsubscribe() });
 * ```
 */
export const fleet = (): Fleet => {
  const board = createBoard();
  let workers = 0;
  const snapshots$ = board.events$.pipe(fleetSnapshots());
  return {
    mirror: (mirror) => mirrorWith(board, mirror),
    work: (options) =>
      defer(() => {
        workers += 1;
        return work(board, options, `worker-${workers}`);
      }),
    events$: board.events$,
    jobs: () =>
      snapshots$.pipe(
        map(({ jobs }) => jobs),
        distinctUntilChanged(),
      ),
    workers: () =>
      snapshots$.pipe(
        map((snapshot) => snapshot.workers),
        distinctUntilChanged(),
      ),
    cancel: (key) => cancelWith(board, key),
    retry: (key) =>
      withJob(board, key, (job, subscriber) => {
        if (job.status === 'failed' || job.status === 'cancelled') {
          const { error, ...others } = job;
          void error;
          board.emit({ type: 'waiting', key, job: { ...others, status: 'waiting', attempt: 0 } });
        }
        subscriber.complete();
      }),
  };
};

const mirrorWith = (board: Board, mirror: FleetMirror): Observable<FleetEvent> =>
  defer(() => {
    assertMirror(mirror);
    const { name, every } = mirror;
    let keys: ReadonlySet<string> = new Set();
    let isPlanned = false;
    const isPending = (key: string): boolean => ['waiting', 'running'].includes(board.job(key)?.status ?? '');
    const onPlanned = (planned: readonly string[]): void => {
      keys = new Set([...[...keys].filter(isPending), ...planned]);
    };
    const isOwn = (event: FleetEvent): boolean => {
      if (event.type !== 'planned' && event.type !== 'planning-failed') return 'key' in event && keys.has(event.key);
      if (event.mirror !== name) return false;
      isPlanned = true;
      return true;
    };
    const isDone = (): boolean => isPlanned && every === undefined && ![...keys].some(isPending);
    const own$ = board.events$.pipe(filter(isOwn));
    const plan$ = planned(board, mirror, onPlanned);
    const plans$ = every === undefined ? plan$ : plan$.pipe(repeat({ delay: () => timer(every) }));
    return merge(own$, plans$).pipe(takeWhile(() => !isDone(), true));
  });

/** Requests one comparison. Completes when it has ended; unsubscribing withdraws it. */
const planned = (board: Board, mirror: FleetMirror, onPlanned: PlanRequest['onPlanned']): Observable<never> =>
  new Observable<never>((subscriber) => {
    let isWanted = true;
    const stop$ = new Subject<void>();
    const request: PlanRequest = {
      mirror,
      onPlanned: (keys) => {
        onPlanned(keys);
        isWanted = false;
        subscriber.complete();
      },
      stop$,
      isWanted: () => isWanted,
    };
    board.plans.add(request);
    board.changed();
    return () => {
      board.plans.delete(request);
      if (!isWanted) return;
      isWanted = false;
      stop$.next();
    };
  });

const cancelWith = (board: Board, key: string): Observable<never> =>
  withJob(board, key, (job, subscriber) => {
    if (job.status === 'waiting') board.emit({ type: 'cancelled', key });
    const ended = board.events$
      .pipe(
        takeWhile(() => board.job(key)?.status === 'running'),
        ignoreElements(),
      )
      .subscribe({ complete: () => subscriber.complete() });
    subscriber.add(ended);
    if (job.status === 'running') board.cancel(key);
  });

type Subscriber = Parameters<ConstructorParameters<typeof Observable<never>>[0] & {}>[0];

/** Calls `use` with the job; errors if there is none. */
const withJob = (board: Board, key: string, use: (job: FleetJob, subscriber: Subscriber) => void): Observable<never> =>
  new Observable<never>((subscriber) => {
    const job = board.job(key);
    if (job === undefined) subscriber.error(new RangeError(`There is no job with the key ${JSON.stringify(key)}.`));
    else use(job, subscriber);
  });
