/** Limits the bandwidth of a body, by the simulator's clock. */

import type { SimulatorClock } from '../options/options.ts';
import { CHUNK_SIZE } from '../state/content.ts';
import { sleep } from '../state/sleep.ts';

// In test runners' contexts, looking up a global such as `Math` takes a hundred times as long as the comparison.
const { max, min, floor } = Math;

/** The bandwidth of one body. */
export interface Bandwidth {
  /** Maximum number of bytes per chunk: what is sent in a tenth of a second. */
  readonly chunkSize: number;
  /** Fulfills when `bytes` were transferred; rejects with the signal's reason if the client aborts. */
  readonly transfer: (bytes: number) => Promise<void>;
}

/** Creates the bandwidth of a body. */
export const createBandwidth = (
  clock: SimulatorClock,
  bytesPerSecond: number | undefined,
  signal: AbortSignal | undefined,
): Bandwidth => {
  if (bytesPerSecond === undefined) return { chunkSize: CHUNK_SIZE, transfer: () => Promise.resolve() };
  let due = clock.now();
  return {
    chunkSize: max(1, min(CHUNK_SIZE, floor(bytesPerSecond / 10))),
    transfer: (bytes) => {
      // A pause of the reader is not made up for.
      due = max(due, clock.now()) + (bytes / bytesPerSecond) * 1000;
      return sleep(clock, due - clock.now(), signal);
    },
  };
};
