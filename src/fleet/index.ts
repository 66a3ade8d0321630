/** Mirrors of many sites with common limits: the public surface of `rx-content-library/fleet`. */

export { fleet, type Fleet } from './fleet.ts';
export { fleetSnapshots } from './snapshots.ts';
export type { FleetMirror, FleetSite, FleetWorkOptions } from './options.ts';
export type { FleetJob, FleetJobStatus, FleetSnapshot, FleetWorker } from './state.ts';
export type { FleetError } from './error.ts';
export type {
  FleetEvent,
  FleetJobCancelled,
  FleetJobEvent,
  FleetJobFailed,
  FleetJobProgress,
  FleetJobReleased,
  FleetJobRetrying,
  FleetJobStarted,
  FleetJobSuperseded,
  FleetJobVerified,
  FleetJobWaiting,
  FleetPlanned,
  FleetPlanningFailed,
  FleetState,
  FleetWorkerChanged,
} from './events.ts';
