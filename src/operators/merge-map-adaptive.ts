/** Runs several at a time: as many as were allowed, and fewer while the server says that it is too much. */

import { Observable, type OperatorFunction } from 'rxjs';

/** Releases a slot; called with true if the work in it succeeded. */
export type ReleaseSlot = (succeeded: boolean) => void;

/** What a running task may use: its own slot, and extra ones while no value waits for them. */
export interface ConnectionSlot {
  /** Starts another use of the task's own slot. */
  readonly begin: () => ReleaseSlot;
  /** Returns true if a slot is free and no value waits for one. */
  readonly hasExtra: () => boolean;
  /** Takes a free slot until it is released; `undefined` if there is none. */
  readonly acquireExtra: () => ReleaseSlot | undefined;
}

/** How many lanes there are, and what narrows them. */
export interface AdaptiveOptions {
  /** The most at a time. */
  readonly maxConcurrency: number;
  /** Emits whenever the server says that it is busy. */
  readonly busy$: Observable<unknown>;
}

/**
 * Like `mergeMap`, with a number of lanes that follows the server: halved when it is busy, and one more for every round of the lanes
 * that went well since. What is under way is never cut off; it is the next ones that wait.
 *
 * What runs may borrow lanes that nobody waits for, each for a while; who has begun to wait in the meantime comes before the next loan.
 *
 * - Emits: what they emit, interleaved.
 * - Completes: when the source and all of them have.
 * - Errors: as the source, as one of them, and as `busy$` does.
 * - Unsubscribing: unsubscribes from the source and from all that are under way.
 */
export const mergeMapAdaptive =
  <A, B>(
    run: (value: A, lane: ConnectionSlot) => Observable<B>,
    { maxConcurrency, busy$ }: AdaptiveOptions,
  ): OperatorFunction<A, B> =>
  (source) =>
    new Observable<B>((subscriber) => {
      const buffer: A[] = [];
      let limit = maxConcurrency;
      /** How many have one. */
      let active = 0;
      /** How many more they have borrowed. */
      let extraInUse = 0;
      /** How often the lanes were halved. */
      let halvings = 0;
      /** How many have gone well of those that were started since then. */
      let successesSinceHalving = 0;
      /** Whether any was started since then: several that are refused at once are one sign, not several. */
      let startedSinceHalving = true;
      let sourceComplete = false;
      let isFilling = false;
      const begin = (): ReleaseSlot => {
        startedSinceHalving = true;
        const startedAt = halvings;
        return (wentWell) => {
          if (wentWell && startedAt === halvings) successesSinceHalving += 1;
          if (successesSinceHalving < limit) return;
          limit = Math.min(maxConcurrency, limit + 1);
          successesSinceHalving = 0;
        };
      };
      const isSpare = (): boolean => active + extraInUse < limit && buffer.length === 0 && !subscriber.closed;
      const borrow = (): ReleaseSlot | undefined => {
        if (!isSpare()) return undefined;
        extraInUse += 1;
        const ended = begin();
        return (wentWell) => {
          extraInUse -= 1;
          ended(wentWell);
          drainBuffer();
        };
      };
      const start = (value: A): void => {
        active += 1;
        const ended = begin();
        subscriber.add(
          run(value, { begin, hasExtra: isSpare, acquireExtra: borrow }).subscribe({
            next: (emitted) => subscriber.next(emitted),
            error: (thrown: unknown) => subscriber.error(thrown),
            complete: () => {
              active -= 1;
              ended(true);
              drainBuffer();
            },
          }),
        );
      };
      const drainBuffer = (): void => {
        // One that completes at once is in the middle of this already.
        if (isFilling) return;
        isFilling = true;
        while (active + extraInUse < limit && buffer.length > 0 && !subscriber.closed) start(buffer.shift() as A);
        isFilling = false;
        if (sourceComplete && active === 0) subscriber.complete();
      };
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
