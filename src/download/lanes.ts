/** Runs several at a time: as many as were allowed, and fewer while the server says that it is too much. */

import { Observable, type OperatorFunction } from 'rxjs';
import type { Ended, Lane } from '../transfer/parts.ts';

/** How many lanes there are, and what narrows them. */
export interface LanesOptions {
  /** The most at a time. */
  readonly most: number;
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
export const inLanes =
  <A, B>(run: (value: A, lane: Lane) => Observable<B>, { most, busy$ }: LanesOptions): OperatorFunction<A, B> =>
  (source) =>
    new Observable<B>((subscriber) => {
      const waiting: A[] = [];
      let lanes = most;
      /** How many have one. */
      let active = 0;
      /** How many more they have borrowed. */
      let lent = 0;
      /** How often the lanes were halved. */
      let halvings = 0;
      /** How many have gone well of those that were started since then. */
      let good = 0;
      /** Whether any was started since then: several that are refused at once are one sign, not several. */
      let isNews = true;
      let isOver = false;
      let isFilling = false;
      const begin = (): Ended => {
        isNews = true;
        const startedAt = halvings;
        return (wentWell) => {
          if (wentWell && startedAt === halvings) good += 1;
          if (good < lanes) return;
          lanes = Math.min(most, lanes + 1);
          good = 0;
        };
      };
      const isSpare = (): boolean => active + lent < lanes && waiting.length === 0 && !subscriber.closed;
      const borrow = (): Ended | undefined => {
        if (!isSpare()) return undefined;
        lent += 1;
        const ended = begin();
        return (wentWell) => {
          lent -= 1;
          ended(wentWell);
          fill();
        };
      };
      const start = (value: A): void => {
        active += 1;
        const ended = begin();
        subscriber.add(
          run(value, { begin, isSpare, borrow }).subscribe({
            next: (emitted) => subscriber.next(emitted),
            error: (thrown: unknown) => subscriber.error(thrown),
            complete: () => {
              active -= 1;
              ended(true);
              fill();
            },
          }),
        );
      };
      const fill = (): void => {
        // One that completes at once is in the middle of this already.
        if (isFilling) return;
        isFilling = true;
        while (active + lent < lanes && waiting.length > 0 && !subscriber.closed) start(waiting.shift() as A);
        isFilling = false;
        if (isOver && active === 0) subscriber.complete();
      };
      subscriber.add(
        busy$.subscribe({
          next: () => {
            if (!isNews) return;
            lanes = Math.max(1, Math.floor(lanes / 2));
            halvings += 1;
            good = 0;
            isNews = false;
          },
          error: (thrown: unknown) => subscriber.error(thrown),
        }),
      );
      subscriber.add(
        source.subscribe({
          next: (value) => {
            waiting.push(value);
            fill();
          },
          error: (thrown: unknown) => subscriber.error(thrown),
          complete: () => {
            isOver = true;
            fill();
          },
        }),
      );
    });
