/** What is known of a fleet at one moment. */

import type { FleetError } from './error.ts';

/**
 * `waiting` for a worker, `running`, or ended without the item: `failed` or `cancelled`. Such a job stays until `retry`, or until the item
 * has another content version. A job whose item is verified is removed.
 */
export type FleetJobStatus = 'waiting' | 'running' | 'failed' | 'cancelled';

/** A version of an item that is downloaded to a target. */
export interface FleetJob {
  /** Site, item, content version and target. Two jobs never have the same key. */
  readonly key: string;
  /** Name of the mirror that planned it. */
  readonly mirror: string;
  readonly site: string;
  readonly target: string;
  readonly libraryId: string;
  readonly libraryName: string;
  readonly itemId: string;
  readonly itemName: string;
  /** Empty if the server does not state one. */
  readonly contentVersion: string;
  readonly status: FleetJobStatus;
  /** Number of attempts that were started. A job that was released has not used one. */
  readonly attempt: number;
  /** Name of the worker that runs it. */
  readonly worker?: string;
  /** Bytes received in this attempt. */
  readonly received?: number;
  /** Bytes in total; not set until it is known. */
  readonly total?: number;
  /** Bytes per second. */
  readonly speed?: number;
  /** Why the last attempt failed. */
  readonly error?: FleetError;
}

/** A worker that is subscribed to. */
export interface FleetWorker {
  readonly name: string;
  /** Maximum number of jobs that it runs at the same time. */
  readonly slots: number;
  /** Names of its sites. */
  readonly sites: readonly string[];
}

/** The jobs and workers of a fleet. Jobs and workers that have not changed are the same objects as in the previous snapshot. */
export interface FleetSnapshot {
  /** In the order in which they were planned. */
  readonly jobs: readonly FleetJob[];
  readonly workers: readonly FleetWorker[];
}
