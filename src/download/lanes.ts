/** Runs several at a time: as many as were allowed, and fewer while the server says that it is too much. */

import { Observable, type OperatorFunction } from 'rxjs';

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
 * - Emits: what they emit, interleaved.
 * - Completes: when the source and all of them have.
 * - Errors: as the source, as one of them, and as `busy$` does.
 * - Unsubscribing: unsubscribes from the source and from all that are under way.
 */
export const inLanes =
  <A, B>(run: (value: A) => Observable<B>, { most, busy$ }: LanesOptions): OperatorFunction<A, B> =>
  (source) =>
    new Observable<B>((subscriber) => {
      const waiting: A[] = [];
      let lanes = most;
      let active = 0;
      /** How often the lanes were halved. */
      let halvings = 0;
      /** How many have gone well of those that were started since then. */
      let good = 0;
      /** Whether any was started since then: several that are refused at once are one sign, not several. */
      let isNews = true;
      let isOver = false;
      let isFilling = false;
      const start = (value: A): void => {
        active += 1;
        isNews = true;
        const startedAt = halvings;
        subscriber.add(
          run(value).subscribe({
            next: (emitted) => subscriber.next(emitted),
            error: (thrown: unknown) => subscriber.error(thrown),
            complete: () => {
              active -= 1;
              if (startedAt === halvings) good += 1;
              if (good >= lanes) {
                lanes = Math.min(most, lanes + 1);
                good = 0;
              }
              fill();
            },
          }),
        );
      };
      const fill = (): void => {
        // One that completes at once is in the middle of this already.
        if (isFilling) return;
        isFilling = true;
        while (active < lanes && waiting.length > 0 && !subscriber.closed) start(waiting.shift() as A);
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
