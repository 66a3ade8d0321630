/** The concurrency of `mergeMapAdaptive` under servers whose throughput depends on it. */

import { describe, expect, test } from '@jest/globals';
import { asyncScheduler, defer, finalize, ignoreElements, interval, range, Subject, takeWhile, tap, type Observable } from 'rxjs';
import { mergeMapAdaptive } from '#src/operators/merge-map-adaptive.js';
import { inVirtualTime } from '../support/marbles.ts';

/** One piece of work. */
const BYTES = 1000;
/** Milliseconds between two steps of the transfers. */
const STEP = 10;

interface Outcome {
  /** The number of running tasks when each task has started. */
  readonly concurrency: readonly number[];
  /** Milliseconds. */
  readonly duration: number;
}

/**
 * Runs tasks that share the throughput of a server.
 *
 * @param throughput - Bytes per millisecond of so many tasks together.
 */
const runTasks = (
  count: number,
  throughput: (running: number) => number,
  options: { readonly initialConcurrency?: number; readonly busyAt?: number } = {},
): Outcome => {
  const concurrency: number[] = [];
  let duration = 0;
  inVirtualTime(() => {
    let running = 0;
    let received = 0;
    const busy$ = new Subject<void>();
    const { busyAt, initialConcurrency = 4 } = options;
    const transfer = (index: number): Observable<never> =>
      defer(() => {
        let left = BYTES;
        running += 1;
        concurrency.push(running);
        if (index === busyAt) busy$.next();
        return interval(STEP).pipe(
          tap(() => {
            const bytes = Math.min(left, (STEP * throughput(running)) / running);
            left -= bytes;
            received += bytes;
          }),
          takeWhile(() => left > 1e-9),
          finalize(() => (running -= 1)),
          ignoreElements(),
        );
      });
    range(0, count)
      .pipe(mergeMapAdaptive(transfer, { maxConcurrency: 8, initialConcurrency, received: () => received, busy$ }))
      .subscribe({ complete: () => (duration = asyncScheduler.now()) });
  });
  return { concurrency, duration };
};

const highest = (values: readonly number[]): number => Math.max(...values);

describe('a limit of eight that begins at four', () => {
  test('doubles if each connection is slow by itself', () => {
    const { concurrency } = runTasks(100, (running) => 10 * running);
    expect(highest(concurrency.slice(0, 4))).toBe(4);
    expect(highest(concurrency.slice(-20))).toBe(8);
  });

  test('returns to four if more connections share the same throughput, and tries again later', () => {
    const { concurrency } = runTasks(400, () => 10);
    expect(highest(concurrency.slice(0, 100))).toBe(8);
    expect(highest(concurrency.slice(20, 60))).toBe(4);
    expect(highest(concurrency.slice(60, 100))).toBe(8);
    expect(concurrency.filter((running) => running > 4).length / concurrency.length).toBeLessThan(0.3);
  });

  test('returns to four if more connections make it slower', () => {
    const { duration } = runTasks(400, (running) => (running > 4 ? 5 : 10));
    expect(duration).toBeLessThan(1.3 * runTasks(400, () => 10).duration);
  });

  test('is halved by a busy server, and grows by one from there', () => {
    const { concurrency } = runTasks(300, (running) => 10 * running, { busyAt: 60 });
    expect(highest(concurrency.slice(40, 60))).toBe(8);
    expect(highest(concurrency.slice(68, 74))).toBeLessThanOrEqual(5);
    expect(highest(concurrency.slice(-20))).toBe(8);
  });

  test('does not exceed a maximum below its first value', () => {
    const { concurrency } = runTasks(50, (running) => 10 * running, { initialConcurrency: 20 });
    expect(highest(concurrency)).toBe(8);
  });
});
