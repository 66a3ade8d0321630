import { describe, expect, test } from '@jest/globals';
import { from, map, NEVER, Subject, timer, toArray, type Observable } from 'rxjs';
import type { ReleaseSlot } from '#src/operators/adaptive-limit.js';
import { mergeMapAdaptive, type ConnectionSlot } from '#src/operators/merge-map-adaptive.js';
import { createSlotPool } from '#src/operators/slot-pool.js';
import { inVirtualTime } from '../support/marbles.ts';

describe('slots that two operators share', () => {
  test('run at most as many tasks of both as there are slots; the operator that was added first goes first', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const pool = createSlotPool(3);
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const tasks = (names: string) =>
        from(names.split('')).pipe(mergeMapAdaptive(run, { maxConcurrency: 3, busy$: NEVER, pool }));
      expectObservable(tasks('abcd')).toBe('10ms (abc) 5ms (d|)');
      // When the first three tasks end, the last one of the other operator starts, and two of this one.
      expectObservable(tasks('efg')).toBe('20ms (ef) 6ms (g|)');
    });
  });

  test('are free again after an unsubscription and after an error', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const pool = createSlotPool(1);
      const run = (marble: string): Observable<string> => cold(marble);
      const tasks = (marbles: readonly string[]) =>
        from(marbles).pipe(mergeMapAdaptive(run, { maxConcurrency: 1, busy$: NEVER, pool }));
      expectObservable(tasks(['-------']), '--!').toBe('-');
      expectObservable(tasks(['--#', '-z|'])).toBe('----#');
      expectObservable(tasks(['-a|'])).toBe('-----a|');
    });
  });

  test('a task gets no extra slot while a value of the other operator is waiting', () => {
    const pool = createSlotPool(2);
    const slots: ConnectionSlot[] = [];
    const never = (_: unknown, slot: ConnectionSlot): Observable<never> => {
      slots.push(slot);
      return NEVER;
    };
    const first = from(['a'])
      .pipe(mergeMapAdaptive(never, { maxConcurrency: 2, busy$: NEVER, pool }))
      .subscribe();
    const extra = slots[0]?.acquireExtra() as ReleaseSlot;
    expect(extra).toBeDefined();
    const values$ = new Subject<string>();
    values$.pipe(mergeMapAdaptive(never, { maxConcurrency: 2, busy$: NEVER, pool })).subscribe();
    expect(slots[0]?.hasExtra()).toBe(false);
    values$.next('b');
    expect(slots).toHaveLength(1);
    extra(true);
    expect(slots).toHaveLength(2);
    expect(slots[0]?.acquireExtra()).toBeUndefined();
    values$.next('c');
    expect(slots).toHaveLength(2);
    first.unsubscribe();
    expect(slots).toHaveLength(3);
  });

  test('an operator with waiting values does not complete before they have run', () => {
    inVirtualTime(({ expectObservable }) => {
      const pool = createSlotPool(1);
      const run = (delay: number): Observable<number> => timer(delay).pipe(map(() => delay));
      const tasks = (delays: readonly number[]) =>
        from(delays).pipe(mergeMapAdaptive(run, { maxConcurrency: 1, busy$: NEVER, pool }), toArray());
      expectObservable(tasks([5])).toBe('5ms (a|)', { a: [5] });
      expectObservable(tasks([3, 4])).toBe('12ms (a|)', { a: [3, 4] });
    });
  });
});
