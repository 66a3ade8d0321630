/** Gives up when nothing has come for too long. */

import { asyncScheduler, ignoreElements, interval, takeUntil, tap, type MonoTypeOperatorFunction } from 'rxjs';
import { TimeoutError } from '../errors/index.ts';

/** What is waited for, how long, and since when. */
export interface Stall {
  /** What the error says was going on. */
  readonly operation: string;
  /** Milliseconds. */
  readonly limit: number;
  /** Since when the server has been waited for; `undefined` while it is not the server that is slow. */
  readonly waitingSince: () => number | undefined;
}

/**
 * - Emits and completes: as its source.
 * - Errors: `TimeoutError` when the wait is longer than the limit (it looks four times within that), and as its source.
 * - Unsubscribing: unsubscribes from the source.
 *
 * A clock of its own, rather than a time-out for each value: bytes come sixty thousand times a gigabyte.
 */
export const errorIfStalled =
  <A>({ operation, limit, waitingSince }: Stall): MonoTypeOperatorFunction<A> =>
  (source) =>
    source.pipe(
      takeUntil(
        interval(limit / 4).pipe(
          tap(() => {
            const since = waitingSince();
            if (since !== undefined && asyncScheduler.now() - since >= limit)
              throw new TimeoutError({ operation, timeout: limit });
          }),
          ignoreElements(),
        ),
      ),
    );
