/** How fast bytes come, as a moving average. */

interface Sample {
  /** Milliseconds. */
  readonly at: number;
  /** All bytes that have come until then; bytes that came twice count twice. */
  readonly flowed: number;
}

/** Milliseconds over which the speed is taken. */
const window = 3000;

/** Answers bytes a second, over the last three. Whoever waits without bytes calls `still`: waiting must not make them look slow. */
export interface Speed {
  readonly add: (bytes: number, at: number) => number;
  readonly reset: () => void;
}

/** A speed that starts at nothing. */
export const createSpeedMeter = (): Speed => {
  let samples: readonly Sample[] = [];
  return {
    add: (bytes, at) => {
      const flowed = (samples.at(-1)?.flowed ?? 0) + Math.max(bytes, 0);
      // A clock that was set back leaves samples of the future.
      samples = [...samples.filter((sample) => at - sample.at < window && sample.at <= at), { at, flowed }];
      const [first = { at, flowed }] = samples;
      return at === first.at ? 0 : ((flowed - first.flowed) / (at - first.at)) * 1000;
    },
    reset: () => {
      samples = [];
    },
  };
};
