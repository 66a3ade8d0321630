/** Throttles a stream, but always emits its final value. */

import { asyncScheduler, Observable, type MonoTypeOperatorFunction, type Subscription } from 'rxjs';

/**
 * Emits the latest value at most once per period. `auditTime` drops the last value before an error; this operator does not.
 *
 * - Emits: a period after a value, the latest one; and the last one before the end.
 * - Completes: with its source, after the last value.
 * - Errors: with its source, after the last value.
 * - Unsubscribing: unsubscribes from its source, and stops the timer.
 *
 * ```text
 * source       -a-b-----c-d#
 * latestEvery  ----b-------(d#)    (period 3)
 * ```
 *
 * @param period - Milliseconds; `0`: every value at once.
 */
export const latestEvery = <A>(period: number): MonoTypeOperatorFunction<A> => {
  if (period === 0) return (source) => source;
  return (source) =>
    new Observable((subscriber) => {
      let latest: { readonly value: A } | undefined;
      let timer: Subscription | undefined;
      const flush = (): void => {
        timer?.unsubscribe();
        timer = undefined;
        const pending = latest;
        latest = undefined;
        if (pending !== undefined) subscriber.next(pending.value);
      };
      subscriber.add(() => timer?.unsubscribe());
      subscriber.add(
        source.subscribe({
          next: (value) => {
            latest = { value };
            timer ??= asyncScheduler.schedule(flush, period);
          },
          error: (thrown: unknown) => {
            flush();
            subscriber.error(thrown);
          },
          complete: () => {
            flush();
            subscriber.complete();
          },
        }),
      );
    });
};
