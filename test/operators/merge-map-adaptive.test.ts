import { describe, expect, test } from '@jest/globals';
import {
  concat,
  EMPTY,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  NEVER,
  of,
  range,
  take,
  tap,
  throwError,
  timer,
  toArray,
  type Observable,
} from 'rxjs';
import { mergeMapAdaptive, type ConnectionSlot } from '#src/operators/merge-map-adaptive.js';
import { inVirtualTime } from '../support/marbles.ts';

describe('mergeMapAdaptive', () => {
  test('runs at most maxConcurrency tasks at a time, in order', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('----------(x|)').pipe(map(() => name));
      const output$ = from(['a', 'b', 'c', 'd', 'e']).pipe(mergeMapAdaptive(run, { maxConcurrency: 2, busy$: NEVER }));
      expectObservable(output$).toBe('10ms (ab) 6ms (cd) 6ms (e|)');
    });
  });

  test('a busy server halves the slots; running tasks continue', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const values = cold('        (abcdefgh|)');
      const task = '               ----------(x|)';
      const busy$ = hot('          -----b');
      const expected = '           ----------(abcd)----(ef)------(gh|)';
      const run = (name: string): Observable<string> => cold(task).pipe(map(() => name));
      expectObservable(values.pipe(mergeMapAdaptive(run, { maxConcurrency: 4, busy$ }))).toBe(expected);
    });
  });

  test('several simultaneous refusals halve the slots once', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      const output$ = from(names).pipe(mergeMapAdaptive(run, { maxConcurrency: 4, busy$: hot('---(bbbb)') }));
      expectObservable(output$, '21ms !').toBe('10ms (abcd) 4ms (ef)');
    });
  });

  test('a round of successes since then adds one slot, up to maxConcurrency', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm'];
      const output$ = from(names).pipe(mergeMapAdaptive(run, { maxConcurrency: 4, busy$: hot('-----b') }));
      expectObservable(output$).toBe('10ms (abcd) 4ms (ef) 6ms (ghi) 5ms (jklm|)');
    });
  });

  test('one slot is always left', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const output$ = from(['a', 'b', 'c']).pipe(mergeMapAdaptive(run, { maxConcurrency: 1, busy$: hot('-b 13ms b') }));
      expectObservable(output$).toBe('10ms a 9ms b 9ms (c|)');
    });
  });

  test('completes with the last task, or with an empty source', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      expectObservable(EMPTY.pipe(mergeMapAdaptive((value) => of(value), { maxConcurrency: 2, busy$: NEVER }))).toBe('|');
      expectObservable(cold('a---|').pipe(mergeMapAdaptive(() => cold('-x|'), { maxConcurrency: 2, busy$: NEVER }))).toBe(
        '-x--|',
      );
      expectObservable(cold('a|').pipe(mergeMapAdaptive(() => cold('---x-|'), { maxConcurrency: 2, busy$: NEVER }))).toBe(
        '---x-|',
      );
    });
  });

  test('a task acquires extra slots while no value is waiting, and they count as used', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const run = (name: string, slot: ConnectionSlot): Observable<string> =>
        cold('--x--|').pipe(
          map(
            () => `${name} ${slot.acquireExtra() === undefined ? 'none' : 'one'}${slot.hasExtra() ? ', and there are more' : ''}`,
          ),
        );
      const adaptive = (maxConcurrency: number) => mergeMapAdaptive(run, { maxConcurrency, busy$: NEVER });
      expectObservable(cold('(a|)').pipe(adaptive(3))).toBe('--a--|', { a: 'a one, and there are more' });
      expectObservable(cold('(a|)').pipe(adaptive(2))).toBe('--a--|', { a: 'a one' });
      expectObservable(cold('(a|)').pipe(adaptive(1))).toBe('--a--|', { a: 'a none' });
      // The slot that `a` has acquired is not available to `b`.
      expectObservable(cold('ab|').pipe(adaptive(3))).toBe('--ab--|', { a: 'a one', b: 'b none' });
    });
  });

  test('a released extra slot goes to a waiting value first', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const hasExtra: boolean[] = [];
      const run = (name: string, slot: ConnectionSlot): Observable<string> => {
        if (name !== 'a') return cold('----(x|)').pipe(map(() => name));
        const release = slot.acquireExtra();
        return concat(
          timer(5).pipe(
            tap(() => {
              release?.(true);
              hasExtra.push(slot.hasExtra());
            }),
            ignoreElements(),
          ),
          cold('----------(x|)').pipe(map(() => name)),
        );
      };
      const output$ = cold('ab|').pipe(mergeMapAdaptive(run, { maxConcurrency: 2, busy$: NEVER }));
      expectObservable(output$.pipe(tap({ complete: () => expect(hasExtra).toEqual([false]) }))).toBe('---------b-----(a|)');
    });
  });

  test('extra slots that are in use count when the server is busy, until they are released', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (_: string, slot: ConnectionSlot): Observable<boolean> => {
        const extra = [slot.acquireExtra(), slot.acquireExtra(), slot.acquireExtra()];
        return timer(5, 1).pipe(
          map(() => {
            extra.pop()?.(false);
            return slot.hasExtra();
          }),
          take(3),
        );
      };
      const output$ = cold('(a|)').pipe(mergeMapAdaptive(run, { maxConcurrency: 4, busy$: hot('--b') }));
      expectObservable(output$).toBe('-----nn(y|)', { n: false, y: true });
    });
  });

  test('work in the own slot of a task adds slots when it succeeds; work that failed or began before the halving does not', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (_: string, slot: ConnectionSlot): Observable<boolean> => {
        const releaseBefore = slot.begin();
        return timer(3, 1).pipe(
          map((turn) => {
            if (turn === 0) releaseBefore(true);
            else slot.begin()(turn > 1);
            return slot.hasExtra();
          }),
          take(3),
        );
      };
      const output$ = cold('(a|)').pipe(mergeMapAdaptive(run, { maxConcurrency: 2, busy$: hot('-b') }));
      expectObservable(output$).toBe('---nn(y|)', { n: false, y: true });
    });
  });

  test('no extra slot is available after an unsubscribe', () => {
    let slotOfTask: ConnectionSlot | undefined;
    const run = (_: number, slot: ConnectionSlot): Observable<never> => {
      slotOfTask = slot;
      return NEVER;
    };
    const subscription = of(1)
      .pipe(mergeMapAdaptive(run, { maxConcurrency: 2, busy$: NEVER }))
      .subscribe();
    expect(slotOfTask?.hasExtra()).toBe(true);
    subscription.unsubscribe();
    expect(slotOfTask?.acquireExtra()).toBeUndefined();
  });

  test('errors with the first error, and unsubscribes from the other tasks', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const other = cold('-------x|');
      const runs = [cold('---#'), other];
      const output$ = from(runs).pipe(mergeMapAdaptive((run) => run, { maxConcurrency: 2, busy$: NEVER }));
      expectObservable(output$).toBe('---#');
      expectSubscriptions(other.subscriptions).toBe('^--!');
      expectObservable(
        throwError(() => 'error').pipe(mergeMapAdaptive((value) => of(value), { maxConcurrency: 2, busy$: NEVER })),
      ).toBe('#');
    });
  });

  test('unsubscribing unsubscribes from the source, the running tasks and busy$', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = cold('a--b');
      const busy$ = hot('-');
      const run = cold('----------x|');
      expectObservable(source.pipe(mergeMapAdaptive(() => run, { maxConcurrency: 1, busy$ })), '-----!').toBe('-----');
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(busy$.subscriptions).toBe('^----!');
      expectSubscriptions(run.subscriptions).toBe('^----!');
    });
  });

  test('a hundred thousand synchronous tasks do not overflow the stack', async () => {
    const all = await lastValueFrom(
      range(0, 100_000).pipe(
        mergeMapAdaptive((value) => of(value), { maxConcurrency: 2, busy$: NEVER }),
        toArray(),
      ),
    );
    expect(all).toHaveLength(100_000);
  });
});
