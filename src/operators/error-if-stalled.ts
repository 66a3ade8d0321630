/** Errors when a stream has waited too long for the server. */

import { asyncScheduler, ignoreElements, interval, takeUntil, tap, type MonoTypeOperatorFunction } from 'rxjs';
import { TimeoutError, type UnchangedStatus } from '../errors/index.ts';

/** Options of {@link errorIfStalled}. */
export interface StallOptions {
  /** Name of the operation in the error. */
  readonly operation: string;
  /** Maximum time to wait, in milliseconds. */
  readonly limit: number;
  /** Returns the time since when the server is waited for, in milliseconds; `undefined` while it is not waited for. */
  readonly waitingSince: () => number | undefined;
  /**
   * Returns the files whose status is waited for.
   * @default none
   */
  readonly unchanged?: () => readonly UnchangedStatus[];
  /** Host and port of the server, for the error. */
  readonly host?: string | undefined;
}

/**
 * Errors when the server is waited for too long.
 *
 * - Emits: as its source.
 * - Completes: as its source.
 * - Errors: `TimeoutError` when the wait exceeds the limit, which is checked four times within that time; and as its source.
 * - Unsubscribing: unsubscribes from its source.
 *
 * One interval instead of `timeout({ each })`, which would reset a timer for each of 60,000 chunks a gigabyte.
 */
export const errorIfStalled =
  <A>({ operation, limit, waitingSince, unchanged = () => [], host }: StallOptions): MonoTypeOperatorFunction<A> =>
  (source) =>
    source.pipe(
      takeUntil(
        interval(limit / 4).pipe(
          tap(() => {
            const since = waitingSince();
            if (since !== undefined && asyncScheduler.now() - since >= limit)
              throw new TimeoutError({ operation, timeout: limit, unchanged: unchanged(), host });
          }),
          ignoreElements(),
        ),
      ),
    );
