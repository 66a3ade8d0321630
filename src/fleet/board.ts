/** The jobs of a fleet in this process: what waits, what runs, and who may start what. */

import {
  asyncScheduler,
  concat,
  defer,
  EMPTY,
  filter,
  map,
  merge,
  of,
  startWith,
  Subject,
  switchMap,
  timer,
  type Observable,
} from 'rxjs';
import type { ItemVersion } from '../index.ts';
import type { FleetEvent } from './events.ts';
import type { FleetMirror } from './options.ts';
import { EMPTY_SNAPSHOT, updateSnapshot } from './snapshots.ts';
import type { FleetJob, FleetSnapshot } from './state.ts';

/** A comparison that waits for a worker. */
export interface PlanRequest {
  readonly mirror: FleetMirror;
  /** Called with the keys of the jobs, before the events are emitted; with none if the comparison has failed. */
  readonly onPlanned: (keys: readonly string[]) => void;
  /** Emits, and `isWanted` is false, when the mirror was unsubscribed from. */
  readonly stop$: Observable<void>;
  readonly isWanted: () => boolean;
}

/** What a worker looks for. */
export interface Claim {
  readonly worker: string;
  readonly site: string;
  /** Maximum number of items of the site that run at the same time. */
  readonly items: number;
  readonly targets: ReadonlySet<string>;
}

/** The state of a fleet, shared by its mirrors and workers. */
export interface Board {
  readonly snapshot: () => FleetSnapshot;
  /** Begins with the state. */
  readonly events$: Observable<FleetEvent>;
  /** Emits when a worker should look for work: at once, after each change, and when the delay of a job ends. */
  readonly wake$: Observable<unknown>;
  /** Updates the state by all the events, then delivers them. */
  readonly emit: (...events: readonly FleetEvent[]) => void;
  readonly job: (key: string) => FleetJob | undefined;
  /**
   * Emits `toEvent` of the number of new jobs, then adds them. Jobs that do not run and have another version of an item are removed.
   */
  readonly add: (mirror: FleetMirror, versions: readonly ItemVersion[], toEvent: (added: number) => FleetEvent) => void;
  /** Starts the first job that may run; undefined if there is none. */
  readonly start: (claim: Claim) => StartedJob | undefined;
  /** The job is not started before `delay` milliseconds have passed. */
  readonly retryAfter: (key: string, delay: number) => void;
  readonly plans: Set<PlanRequest>;
  /** Emits when the job, which runs, is to be cancelled. */
  readonly cancelled: (key: string) => Observable<unknown>;
  readonly cancel: (key: string) => void;
  readonly changed: () => void;
}

/** A job with the version that it downloads. */
export interface StartedJob {
  readonly job: FleetJob;
  readonly version: ItemVersion;
}

/** Returns the key of a job: the same item, version and target have the same key. */
export const keyOf = ({ site, target }: FleetMirror, { itemId, contentVersion }: ItemVersion): string =>
  `${site}/${itemId}@${contentVersion}>${target}`;

/** Creates the state of a fleet without jobs and workers. */
export const createBoard = (): Board => {
  let state = EMPTY_SNAPSHOT;
  const details = new Map<string, { version: ItemVersion; notBefore: number }>();
  const emitted$ = new Subject<FleetEvent>();
  const changes$ = new Subject<void>();
  const cancels$ = new Subject<string>();
  // A subscriber may cause the next event: every subscriber gets the events in the same order.
  const undelivered: FleetEvent[] = [];
  let isDelivering = false;
  const now = (): number => asyncScheduler.now();
  const changed = (): void => changes$.next();

  const emit = (...events: readonly FleetEvent[]): void => {
    for (const event of events) {
      state = updateSnapshot(state, event);
      if ('key' in event && !state.jobs.some(({ key }) => key === event.key)) details.delete(event.key);
    }
    undelivered.push(...events);
    if (isDelivering) return;
    isDelivering = true;
    for (let next = undelivered.shift(); next !== undefined; next = undelivered.shift()) emitted$.next(next);
    isDelivering = false;
    changed();
  };

  /** Milliseconds until the first delay ends. */
  const nextDelay = (): number | undefined => {
    const delays = state.jobs
      .filter(({ status }) => status === 'waiting')
      .map(({ key }) => (details.get(key)?.notBefore ?? 0) - now())
      .filter((delay) => delay > 0);
    return delays.length === 0 ? undefined : Math.min(...delays);
  };

  const afterDelay$ = changes$.pipe(
    startWith(undefined),
    switchMap(() => {
      const delay = nextDelay();
      return delay === undefined ? EMPTY : timer(delay);
    }),
  );

  const mayStart = (job: FleetJob, { site, items, targets }: Claim): boolean => {
    if (job.status !== 'waiting' || job.site !== site || !targets.has(job.target)) return false;
    if ((details.get(job.key)?.notBefore ?? 0) > now()) return false;
    const running = state.jobs.filter((other) => other.status === 'running' && other.site === site);
    return running.length < items && !running.some((other) => itemOf(other) === itemOf(job));
  };

  return {
    snapshot: () => state,
    events$: defer(() => concat(of<FleetEvent>({ type: 'state', ...state }), emitted$)),
    wake$: merge(changes$.pipe(startWith(undefined)), afterDelay$),
    emit,
    job: (key) => state.jobs.find((job) => job.key === key),
    add: (mirror, versions, toEvent) => {
      const others = Map.groupBy(state.jobs, itemOf);
      const jobs = versions
        .map((version) => ({ version, job: toJob(mirror, version) }))
        // A job that runs continues with the new version by itself.
        .filter(({ job }) => !others.get(itemOf(job))?.some(({ key, status }) => key === job.key || status === 'running'));
      for (const { version, job } of jobs) details.set(job.key, { version, notBefore: 0 });
      emit(
        toEvent(jobs.length),
        ...jobs.flatMap(({ job }): readonly FleetEvent[] => [
          ...(others.get(itemOf(job)) ?? []).map(({ key }): FleetEvent => ({ type: 'superseded', key })),
          { type: 'waiting', key: job.key, job },
        ]),
      );
    },
    start: (claim) => {
      const job = state.jobs.find((waiting) => mayStart(waiting, claim));
      const version = job === undefined ? undefined : details.get(job.key)?.version;
      if (job === undefined || version === undefined) return undefined;
      emit({ type: 'started', key: job.key, worker: claim.worker, attempt: job.attempt + 1 });
      return { job: { ...job, attempt: job.attempt + 1 }, version };
    },
    retryAfter: (key, delay) => {
      const detail = details.get(key);
      if (detail !== undefined) detail.notBefore = now() + delay;
    },
    plans: new Set(),
    cancelled: (key) =>
      cancels$.pipe(
        filter((cancelled) => cancelled === key),
        map(() => undefined),
      ),
    cancel: (key) => cancels$.next(key),
    changed,
  };
};

/** Equal for two jobs if they write the same item of a target. */
const itemOf = ({ site, itemId, target }: FleetJob): string => JSON.stringify([site, itemId, target]);

const toJob = (mirror: FleetMirror, version: ItemVersion): FleetJob => ({
  key: keyOf(mirror, version),
  mirror: mirror.name,
  site: mirror.site,
  target: mirror.target,
  libraryId: version.libraryId,
  libraryName: version.libraryName,
  itemId: version.itemId,
  itemName: version.itemName,
  contentVersion: version.contentVersion,
  status: 'waiting',
  attempt: 0,
});
