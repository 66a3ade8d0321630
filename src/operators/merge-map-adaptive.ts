/** `mergeMap` whose concurrency adapts to the server: halved when the server is busy, and restored step by step. */

import { finalize, Observable, type OperatorFunction } from 'rxjs';
import { createSlotPool, type SlotPool } from './slot-pool.ts';

/** Releases a slot. Called with true if the work in it succeeded. */
export type ReleaseSlot = (succeeded: boolean) => void;

/** The concurrency that a running task may use: its own slot, and extra slots while no value is waiting. */
export interface ConnectionSlot {
  /** Begins further work in the task's own slot, which counts as a success or not when it is released. */
  readonly begin: () => ReleaseSlot;
  /** Returns true if a slot is free and no value is waiting for it. */
  readonly hasExtra: () => boolean;
  /** Acquires a free slot until it is released; returns `undefined` if there is none. */
  readonly acquireExtra: () => ReleaseSlot | undefined;
}

/** Options of {@link mergeMapAdaptive}. */
export interface AdaptiveOptions {
  /** Maximum number of slots. */
  readonly maxConcurrency: number;
  /** Emits whenever the server reports that it is busy. */
  readonly busy$: Observable<unknown>;
  /** Slots that are shared with other operators. @default slots of its own */
  readonly pool?: SlotPool | undefined;
}

/**
 * Like `mergeMap` with `maxConcurrency`, but the number of slots is halved when the server is busy. It grows by one for every round of
 * slots that has succeeded since. Running tasks are never interrupted; only the next ones wait.
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
    { maxConcurrency, busy$, pool = createSlotPool(maxConcurrency) }: AdaptiveOptions,
  ): OperatorFunction<A, B> =>
  (source) =>
    new Observable<B>((subscriber) => {
      const buffer: A[] = [];
      let limit = maxConcurrency;
      /** Number of running tasks. */
      let active = 0;
      /** Number of extra slots that running tasks have acquired. */
      let extraInUse = 0;
      let halvings = 0;
      /** Successes of work that was started after the last halving. */
      let successesSinceHalving = 0;
      /** True if work was started after the last halving, so that several simultaneous refusals halve only once. */
      let startedSinceHalving = true;
      let sourceComplete = false;
      let isDraining = false;
      const begin = (): ReleaseSlot => {
        startedSinceHalving = true;
        const halvingsAtStart = halvings;
        return (succeeded) => {
          if (succeeded && halvingsAtStart === halvings) successesSinceHalving += 1;
          if (successesSinceHalving < limit) return;
          limit = Math.min(maxConcurrency, limit + 1);
          successesSinceHalving = 0;
        };
      };
      const canAcquireExtra = (): boolean => active + extraInUse < limit && !subscriber.closed;
      const hasExtra = (): boolean => canAcquireExtra() && pool.hasExtra();
      const acquireExtra = (): ReleaseSlot | undefined => {
        if (!canAcquireExtra() || !pool.takeExtra()) return undefined;
        extraInUse += 1;
        const release = begin();
        return (succeeded) => {
          extraInUse -= 1;
          release(succeeded);
          pool.release();
        };
      };
      const start = (value: A): void => {
        active += 1;
        const release = begin();
        subscriber.add(
          project(value, { begin, hasExtra, acquireExtra })
            .pipe(finalize(() => pool.release()))
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
      const canStart = (): boolean => active + extraInUse < limit && buffer.length > 0 && !subscriber.closed;
      const drainBuffer = (): void => {
        // Re-entrant call: a task that completes synchronously is started inside this loop.
        if (isDraining) return;
        isDraining = true;
        while (canStart() && pool.take()) start(buffer.shift() as A);
        isDraining = false;
        if (sourceComplete && active === 0 && buffer.length === 0) subscriber.complete();
      };
      subscriber.add(pool.add({ isWaiting: canStart, drain: drainBuffer }));
      subscriber.add(
        busy$.subscribe({
          next: () => {
            if (!startedSinceHalving) return;
            limit = Math.max(1, Math.floor(limit / 2));
            halvings += 1;
            successesSinceHalving = 0;
            startedSinceHalving = false;
          },
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
