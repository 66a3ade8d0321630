/** Errors when a file is received too slowly, over all of its attempts. */

import { defer, filter, ignoreElements, interval, takeUntil, tap, type MonoTypeOperatorFunction } from 'rxjs';
import { TimeoutError } from '../errors/index.ts';

/** The minimum speed of a file. */
export interface SpeedFloor {
  readonly bytesPerSecond: number;
  /** Milliseconds over which the average is below the minimum before the file fails. */
  readonly time: number;
}

/** What is measured of a file. */
export interface SpeedMeter {
  /** Number of bytes received so far, those of attempts that were started over too. */
  bytes: number;
  /** True while the server is not waited for: the sink is writing, or the file is not prepared. */
  isPaused: boolean;
}

/** Number of times that the speed is checked within the time of the floor. */
const CHECKS = 10;

/**
 * Errors when the average speed is below the floor. Times at which the meter is paused do not count.
 *
 * - Emits: as its source.
 * - Completes: as its source.
 * - Errors: `TimeoutError` with the speed; and as its source.
 * - Unsubscribing: unsubscribes from its source.
 */
export const errorIfSlow =
  <A>(operation: string, floor: SpeedFloor | undefined, meter: SpeedMeter): MonoTypeOperatorFunction<A> =>
  (source) => {
    if (floor === undefined) return source;
    const { bytesPerSecond: minimum, time } = floor;
    return defer(() => {
      const samples = [meter.bytes];
      const checks$ = interval(time / CHECKS).pipe(
        filter(() => !meter.isPaused),
        tap(() => {
          samples.push(meter.bytes);
          if (samples.length <= CHECKS) return;
          const received = meter.bytes - (samples.shift() ?? 0);
          const bytesPerSecond = (received * 1000) / time;
          if (bytesPerSecond < minimum)
            throw new TimeoutError({ operation, timeout: time, speed: { received, bytesPerSecond, minimum } });
        }),
        ignoreElements(),
      );
      return source.pipe(takeUntil(checks$));
    });
  };
