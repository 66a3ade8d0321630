/** What time it is for the simulator. */

/** Tells the time. Nothing in the simulator waits: whatever takes time is computed from this when somebody asks. */
export interface Clock {
  /** Milliseconds since 1970, as `Date.now()` tells them. */
  now(): number;
}
