/** The events of a fleet. All of them are JSON. */

import type { FleetError } from './error.ts';
import type { FleetJob, FleetSnapshot, FleetWorker } from './state.ts';

/** The jobs and workers when `events$` was subscribed to; its first event. */
export interface FleetState extends FleetSnapshot {
  readonly type: 'state';
}

/** A library was compared with its target. */
export interface FleetPlanned {
  readonly type: 'planned';
  readonly mirror: string;
  /** Number of items that the mirror selects. */
  readonly items: number;
  /** How many of them the target has in the current content version. */
  readonly current: number;
  /** Number of jobs that were added; a job that is there already is not added again. */
  readonly added: number;
  /** Number of items of the target that are no longer in the library. They are kept. */
  readonly gone: number;
  /** One for each item that could not be read or renamed. */
  readonly errors: readonly FleetError[];
}

/** A library could not be compared with its target. */
export interface FleetPlanningFailed {
  readonly type: 'planning-failed';
  readonly mirror: string;
  readonly error: FleetError;
}

/** A job waits: it is new, or it was started again with `retry`. */
export interface FleetJobWaiting {
  readonly type: 'waiting';
  readonly key: string;
  readonly job: FleetJob;
}

/** A worker has started a job. */
export interface FleetJobStarted {
  readonly type: 'started';
  readonly key: string;
  readonly worker: string;
  /** 1 for the first. */
  readonly attempt: number;
}

/** Progress of a job, at most once a second. */
export interface FleetJobProgress {
  readonly type: 'progress';
  readonly key: string;
  readonly worker: string;
  /** Bytes received in this attempt. */
  readonly received: number;
  /** Bytes in total; not set until it is known. */
  readonly total?: number;
  /** Bytes per second. */
  readonly speed: number;
}

/**
 * The content of the item has changed since it was planned. A job that runs continues with the new version; a job that does not run is
 * removed, and the new version has a job of its own.
 */
export interface FleetJobSuperseded {
  readonly type: 'superseded';
  readonly key: string;
  /** The worker that runs the job; not set if the job is removed. */
  readonly worker?: string;
}

/** Every file of the item is verified, and the target has it. The job is removed. */
export interface FleetJobVerified {
  readonly type: 'verified';
  readonly key: string;
  readonly worker: string;
  /** The content version that the target now has. */
  readonly contentVersion: string;
  /** Total length of the files, in bytes. */
  readonly bytes: number;
  /** Bytes that were downloaded for it; less than `bytes` if some of them were there. */
  readonly transferred: number;
}

/** An attempt has failed, and the next one follows. */
export interface FleetJobRetrying {
  readonly type: 'retrying';
  readonly key: string;
  /** The attempt that failed. */
  readonly attempt: number;
  /** Milliseconds until the next attempt. */
  readonly delay: number;
  readonly error: FleetError;
}

/** A job has failed, and stays until `retry`. */
export interface FleetJobFailed {
  readonly type: 'failed';
  readonly key: string;
  readonly error: FleetError;
}

/** A job was cancelled, and stays until `retry`. */
export interface FleetJobCancelled {
  readonly type: 'cancelled';
  readonly key: string;
}

/** A worker has stopped while it ran a job: the job waits again, has used no attempt, and continues with what the target kept. */
export interface FleetJobReleased {
  readonly type: 'released';
  readonly key: string;
  readonly worker: string;
}

/** A worker has started or stopped. */
export interface FleetWorkerChanged {
  readonly type: 'worker';
  readonly worker: FleetWorker;
  readonly state: 'started' | 'stopped';
}

/** An event that names a job by its key. */
export type FleetJobEvent =
  | FleetJobWaiting
  | FleetJobStarted
  | FleetJobProgress
  | FleetJobSuperseded
  | FleetJobVerified
  | FleetJobRetrying
  | FleetJobFailed
  | FleetJobCancelled
  | FleetJobReleased;

/** An event of a fleet, discriminated by `type`. */
export type FleetEvent = FleetState | FleetPlanned | FleetPlanningFailed | FleetJobEvent | FleetWorkerChanged;
