/** A worker: compares libraries and runs jobs. */

import { concat, defer, EMPTY, exhaustMap, filter, finalize, ignoreElements, merge, mergeMap, type Observable } from 'rxjs';
import { withVCenter, type VCenter } from '../index.ts';
import type { Board, PlanRequest, StartedJob } from './board.ts';
import type { FleetEvent } from './events.ts';
import { resolveWorkOptions, type FleetWorkOptions, type ResolvedSite, type ResolvedWorkOptions } from './options.ts';
import { runJob } from './run-job.ts';
import { runPlan } from './run-plan.ts';

/** Starts a worker; see `Fleet.work`. */
export const work = (board: Board, options: FleetWorkOptions, defaultName: string): Observable<FleetEvent> =>
  defer(() => {
    const resolved = resolveWorkOptions(options, defaultName);
    const { name, slots, sites } = resolved;
    if (board.snapshot().workers.some((worker) => worker.name === name))
      throw new TypeError(`A worker named ${name} works already: pass another name.`);
    const worker = { name, slots, sites: sites.map((site) => site.name) };
    const own$ = board.events$.pipe(filter((event) => isOf(name, event)));
    const started$ = defer(() => {
      board.emit({ type: 'worker', worker, state: 'started' });
      return EMPTY;
    });
    const used = { slots: 0 };
    const work$ = merge(
      ...sites.map((site) => withVCenter(site.connect(), (vc) => workAt({ board, vc, site, options: resolved, used }))),
    );
    return merge(own$, concat(started$, work$)).pipe(finalize(() => board.emit({ type: 'worker', worker, state: 'stopped' })));
  });

const isOf = (name: string, event: FleetEvent): boolean => {
  if (event.type === 'worker') return event.worker.name === name;
  return 'worker' in event && event.worker === name;
};

interface Workplace {
  readonly board: Board;
  readonly vc: VCenter;
  readonly site: ResolvedSite;
  readonly options: ResolvedWorkOptions;
  /** Slots of the worker that are used, at all sites. */
  readonly used: { slots: number };
}

const workAt = ({ board, vc, site, options, used }: Workplace): Observable<never> => {
  const { targets, name, slots } = options;
  const claim = { worker: name, site: site.name, items: site.items, targets: new Set(Object.keys(targets)) };

  const takePlan = (): PlanRequest | undefined => {
    for (const request of board.plans)
      if (request.mirror.site === site.name && claim.targets.has(request.mirror.target)) {
        board.plans.delete(request);
        return request;
      }
    return undefined;
  };
  const plans$ = board.wake$.pipe(
    exhaustMap(() => {
      const request = takePlan();
      const target = request === undefined ? undefined : targets[request.mirror.target];
      return request === undefined || target === undefined ? EMPTY : runPlan({ board, vc, target }, request);
    }),
  );

  const begun = new Set<string>();
  const state = { isStopped: false };
  const startJobs = (): readonly StartedJob[] => {
    const started: StartedJob[] = [];
    while (!state.isStopped && used.slots < slots) {
      used.slots += 1;
      const job = board.start(claim);
      if (job !== undefined) {
        started.push(job);
        continue;
      }
      used.slots -= 1;
      break;
    }
    return started;
  };
  const jobs$ = board.wake$.pipe(
    mergeMap(startJobs),
    mergeMap((started) => {
      const target = targets[started.job.target];
      begun.add(started.job.key);
      const job$ = target === undefined ? EMPTY : runJob({ board, vc, target, options }, started);
      return job$.pipe(
        finalize(() => {
          used.slots -= 1;
          if (board.job(started.job.key)?.status !== 'running') begun.delete(started.job.key);
          board.changed();
        }),
      );
    }),
    finalize(() => {
      state.isStopped = true;
      // Unsubscribed by a subscriber of `started`: the job has not begun.
      for (const { key, site: at, status, worker } of board.snapshot().jobs)
        if (status === 'running' && at === site.name && worker === name && !begun.has(key))
          board.emit({ type: 'released', key, worker: name });
    }),
  );
  return merge(plans$, jobs$).pipe(ignoreElements());
};
