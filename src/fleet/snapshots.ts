/** Events into snapshots, for a dashboard. */

import { scan, type OperatorFunction } from 'rxjs';
import type { FleetEvent, FleetJobEvent } from './events.ts';
import type { FleetJob, FleetSnapshot } from './state.ts';

/** No job and no worker. */
export const EMPTY_SNAPSHOT: FleetSnapshot = { jobs: [], workers: [] };

/**
 * Collects the events of a fleet into snapshots.
 *
 * - Emits: a snapshot for each event. Jobs and workers that have not changed are the same objects as before.
 * - Completes and errors: with the events.
 * - Unsubscribing: unsubscribes from the events.
 *
 * @example
 * ```ts
 * mirrors.events$.pipe(fleetSnapshots()).subscribe(({ jobs }) => render(jobs));
 * ```
 */
export const fleetSnapshots = (): OperatorFunction<FleetEvent, FleetSnapshot> => scan(updateSnapshot, EMPTY_SNAPSHOT);

/** Returns the snapshot after an event. */
export const updateSnapshot = (snapshot: FleetSnapshot, event: FleetEvent): FleetSnapshot => {
  switch (event.type) {
    case 'state':
      return { jobs: event.jobs, workers: event.workers };
    case 'planned':
    case 'planning-failed':
      return snapshot;
    case 'worker': {
      const others = snapshot.workers.filter(({ name }) => name !== event.worker.name);
      return { ...snapshot, workers: event.state === 'started' ? [...others, event.worker] : others };
    }
    default:
      return { ...snapshot, jobs: updateJobs(snapshot.jobs, event) };
  }
};

const updateJobs = (jobs: readonly FleetJob[], event: FleetJobEvent): readonly FleetJob[] => {
  const index = jobs.findIndex(({ key }) => key === event.key);
  const job = jobs[index];
  if (job === undefined) return event.type === 'waiting' ? [...jobs, event.job] : jobs;
  const updated = updateJob(job, event);
  return updated === undefined ? jobs.toSpliced(index, 1) : jobs.with(index, updated);
};

/** Returns undefined if the job is removed. */
const updateJob = (job: FleetJob, event: FleetJobEvent): FleetJob | undefined => {
  switch (event.type) {
    case 'waiting':
      return event.job;
    case 'started':
      return { ...stopped(job), status: 'running', worker: event.worker, attempt: event.attempt };
    case 'progress': {
      const { received, total, speed } = event;
      return { ...job, received, speed, ...(total === undefined ? {} : { total }) };
    }
    case 'superseded':
      return event.worker === undefined ? undefined : job;
    case 'verified':
      return undefined;
    case 'retrying':
      return { ...stopped(job), status: 'waiting', error: event.error };
    case 'failed':
      return { ...stopped(job), status: 'failed', error: event.error };
    case 'cancelled':
      return { ...stopped(job), status: 'cancelled' };
    case 'released':
      return { ...stopped(job), status: 'waiting', attempt: job.attempt - 1 };
  }
};

/** Without what concerns the running attempt. */
const stopped = ({ worker, received, total, speed, ...job }: FleetJob): FleetJob => {
  void [worker, received, total, speed];
  return job;
};
