/** Waits for a duration on the simulator's clock. */

import type { SimulatorClock } from '../options/options.ts';

/** Milliseconds; the maximum of `setTimeout`, which treats longer timeouts as 0. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/**
 * Fulfills when the duration has passed; never for `Infinity`. Rejects with the signal's reason if the signal aborts first.
 *
 * @param milliseconds - 0 or less fulfills immediately.
 */
export const sleep = async (clock: SimulatorClock, milliseconds: number, signal?: AbortSignal): Promise<void> => {
  signal?.throwIfAborted();
  if (milliseconds <= 0) return;
  let cleanUp = (): void => undefined;
  const elapsed = new Promise<void>((resolve, reject) => {
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    const cancel = milliseconds === Number.POSITIVE_INFINITY ? () => undefined : callLater(clock, milliseconds, resolve);
    cleanUp = () => {
      // A signal may outlive thousands of requests, and an unused timer keeps the process running.
      signal?.removeEventListener('abort', abort);
      cancel();
    };
  });
  return elapsed.finally(() => cleanUp());
};

/** Schedules one call of the callback; returns a function that cancels it. */
const callLater = (clock: SimulatorClock, milliseconds: number, callback: () => void): (() => void) => {
  if ('schedule' in clock) {
    const scheduled = clock.schedule(callback, milliseconds);
    return () => scheduled.unsubscribe();
  }
  const timer = setTimeout(callback, Math.min(milliseconds, MAX_TIMEOUT));
  return () => clearTimeout(timer);
};
