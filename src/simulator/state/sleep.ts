/** Lets time pass, on whatever clock there is. */

import type { SimulatorClock } from '../options/options.ts';

/** Milliseconds; what `setTimeout` takes at most. It takes more for nothing at all. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/**
 * Fulfils when the time has passed; `Infinity` never does. Rejects with the signal's reason when that aborts first.
 *
 * @param milliseconds - Nothing is waited for if there are none.
 */
export const sleep = async (clock: SimulatorClock, milliseconds: number, signal?: AbortSignal): Promise<void> => {
  signal?.throwIfAborted();
  if (milliseconds <= 0) return;
  let forget = (): void => undefined;
  const passed = new Promise<void>((resolve, reject) => {
    const giveUp = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', giveUp);
    const cancel = milliseconds === Number.POSITIVE_INFINITY ? () => undefined : callLater(clock, milliseconds, resolve);
    forget = () => {
      // A signal may outlive thousands of requests, and a timer nobody waits for keeps a process alive.
      signal?.removeEventListener('abort', giveUp);
      cancel();
    };
  });
  return passed.finally(() => forget());
};

/** Calls back once; answers what prevents it. */
const callLater = (clock: SimulatorClock, milliseconds: number, callback: () => void): (() => void) => {
  if ('schedule' in clock) {
    const scheduled = clock.schedule(callback, milliseconds);
    return () => scheduled.unsubscribe();
  }
  const timer = setTimeout(callback, Math.min(milliseconds, MAX_TIMEOUT));
  return () => clearTimeout(timer);
};
