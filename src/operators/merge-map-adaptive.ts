/** `mergeMap` whose concurrency adapts: it grows while that raises the throughput, and is halved when the server is busy. */

import { finalize, Observable, type OperatorFunction } from 'rxjs';
import { createAdaptiveLimit, type AdaptiveLimitOptions, type ReleaseSlot } from './adaptive-limit.ts';
import { createSlotPool, type SlotPool } from './slot-pool.ts';

/** The concurrency that a running task may use: its own slot, and extra slots while no value is waiting. */
export interface ConnectionSlot {
  /** Begins further work in the task's own slot, which counts as a success or not when it is released. */
  readonly begin: () => ReleaseSlot;
  /** Returns true if a slot is free and no value is waiting for it. */
  readonly hasExtra: () => boolean;
  /**
   * Allows a task to release a slot shortly before its work ends, for a request whose response takes a while. Returns the function to call at
   * the end of the work; `undefined` if too many do so already, one for every four slots, or once the server was busy.
   */
  readonly overlap: () => (() => void) | undefined;
  /** Acquires a free slot until it is released; returns `undefined` if there is none. */
  readonly acquireExtra: () => ReleaseSlot | undefined;
}

/** Options of {@link mergeMapAdaptive}. */
export interface AdaptiveOptions extends AdaptiveLimitOptions {
  /** Emits whenever the server reports that it is busy. */
  readonly busy$: Observable<unknown>;
  /** Slots that are shared with other operators. @default slots of its own */
  readonly pool?: SlotPool | undefined;
}

/**
 * Like `mergeMap` with `maxConcurrency`, but the number of slots adapts, from `initialConcurrency` on: see {@link createAdaptiveLimit}.
 * Running tasks are never interrupted; only the next ones wait.
 *
 * A running task may acquire extra slots while no value is waiting. Waiting values get free slots first, also those of other operators that
 * share the slots.
 *
 * - Emits: the values of all tasks, interleaved.
 * - Completes: when the source and all tasks have completed.
 * - Errors: as the source, a task, or `busy$` does.
 * - Unsubscribing: unsubscribes from the source, all running tasks, and `busy$`.
 *
 * ```text
 * values  (abcdefgh|)
 * tasks   ----------(x|)                      (each)
 * busy$   -----b
 * output  ----------(abcd)----(ef)------(gh|)   (maxConcurrency 4)
 * ```
 */
export const mergeMapAdaptive =
  <A, B>(
    project: (value: A, slot: ConnectionSlot) => Observable<B>,
    { busy$, pool, ...limitOptions }: AdaptiveOptions,
  ): OperatorFunction<A, B> =>
  (source) =>
    new Observable<B>((subscriber) => {
      const buffer: A[] = [];
      const limit = createAdaptiveLimit(limitOptions);
      const slots = pool ?? createSlotPool(limitOptions.maxConcurrency);
      /** Number of running tasks. */
      let active = 0;
      /** Number of extra slots that running tasks have acquired. */
      let extraInUse = 0;
      /** Number of tasks that have released a slot early. */
      let overlapping = 0;
      let sourceComplete = false;
      let isDraining = false;
      const begin = (): ReleaseSlot => {
        const release = limit.begin();
        return (succeeded) => {
          release(succeeded);
          // The limit may have grown.
          drainBuffer();
        };
      };
      const canAcquireExtra = (): boolean => active + extraInUse < limit.value() && !subscriber.closed;
      const hasExtra = (): boolean => canAcquireExtra() && slots.hasExtra();
      const acquireExtra = (): ReleaseSlot | undefined => {
        if (!canAcquireExtra() || !slots.takeExtra()) return undefined;
        extraInUse += 1;
        const release = limit.begin();
        return (succeeded) => {
          extraInUse -= 1;
          release(succeeded);
          slots.release();
        };
      };
      const overlap = (): (() => void) | undefined => {
        if (limit.wasBusy() || overlapping >= Math.floor(limit.value() / 4)) return undefined;
        overlapping += 1;
        return () => {
          overlapping -= 1;
        };
      };
      const start = (value: A): void => {
        active += 1;
        const release = limit.begin();
        subscriber.add(
          project(value, { begin, hasExtra, overlap, acquireExtra })
            .pipe(finalize(() => slots.release()))
            .subscribe({
              next: (emitted) => subscriber.next(emitted),
              error: (thrown: unknown) => subscriber.error(thrown),
              complete: () => {
                active -= 1;
                release(true);
              },
            }),
        );
      };
      const canStart = (): boolean => active + extraInUse < limit.value() && buffer.length > 0 && !subscriber.closed;
      const drainBuffer = (): void => {
        // Re-entrant call: a task that completes synchronously is started inside this loop.
        if (isDraining) return;
        isDraining = true;
        while (canStart() && slots.take()) start(buffer.shift() as A);
        isDraining = false;
        if (sourceComplete && active === 0 && buffer.length === 0) subscriber.complete();
      };
      subscriber.add(slots.add({ isWaiting: canStart, drain: drainBuffer }));
      subscriber.add(
        busy$.subscribe({
          next: limit.onBusy,
          error: (thrown: unknown) => subscriber.error(thrown),
        }),
      );
      subscriber.add(
        source.subscribe({
          next: (value) => {
            buffer.push(value);
            drainBuffer();
          },
          error: (thrown: unknown) => subscriber.error(thrown),
          complete: () => {
            sourceComplete = true;
            drainBuffer();
          },
        }),
      );
    });
