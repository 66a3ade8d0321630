/** The download speed, as a moving average. */

interface Sample {
  /** Milliseconds. */
  readonly at: number;
  /** All bytes received until then; bytes that were fetched twice count twice. */
  readonly bytes: number;
}

/** Milliseconds over which the speed is averaged. */
const WINDOW = 3000;

/** Measures bytes per second over the last three seconds. */
export interface SpeedMeter {
  /** Adds received bytes; returns the speed. */
  readonly add: (bytes: number, at: number) => number;
  /** Forgets all samples. Called before bytes start to flow again, so that idle time does not lower the average. */
  readonly reset: () => void;
}

/** Creates a meter without samples. */
export const createSpeedMeter = (): SpeedMeter => {
  let samples: readonly Sample[] = [];
  return {
    add: (added, at) => {
      const bytes = (samples.at(-1)?.bytes ?? 0) + Math.max(added, 0);
      // A clock that was set back leaves samples of the future.
      samples = [...samples.filter((sample) => at - sample.at < WINDOW && sample.at <= at), { at, bytes }];
      const [first = { at, bytes }] = samples;
      return at === first.at ? 0 : ((bytes - first.bytes) / (at - first.at)) * 1000;
    },
    reset: () => {
      samples = [];
    },
  };
};
