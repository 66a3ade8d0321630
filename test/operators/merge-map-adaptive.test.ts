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
import { mergeMapAdaptive } from '#src/operators/merge-map-adaptive.js';
import type { ConnectionSlot } from '#src/operators/merge-map-adaptive.js';
import { inVirtualTime } from '../support/marbles.ts';

describe('in lanes', () => {
  test('as many run at a time as are allowed, in their order', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('----------(x|)').pipe(map(() => name));
      const lanes$ = from(['a', 'b', 'c', 'd', 'e']).pipe(mergeMapAdaptive(run, { maxConcurrency: 2, busy$: NEVER }));
      expectObservable(lanes$).toBe('10ms (ab) 6ms (cd) 6ms (e|)');
    });
  });

  test('a busy server halves the lanes; what is under way goes on', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      const lanes$ = from(names).pipe(mergeMapAdaptive(run, { maxConcurrency: 4, busy$: hot('-----b') }));
      expectObservable(lanes$, '21ms !').toBe('10ms (abcd) 4ms (ef)');
    });
  });

  test('many refusals at once are one sign that the server is busy', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      const lanes$ = from(names).pipe(mergeMapAdaptive(run, { maxConcurrency: 4, busy$: hot('---(bbbb)') }));
      expectObservable(lanes$, '21ms !').toBe('10ms (abcd) 4ms (ef)');
    });
  });

  test('a round that went well since makes one lane more, up to as many as are allowed', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm'];
      const lanes$ = from(names).pipe(mergeMapAdaptive(run, { maxConcurrency: 4, busy$: hot('-----b') }));
      expectObservable(lanes$).toBe('10ms (abcd) 4ms (ef) 6ms (ghi) 5ms (jklm|)');
    });
  });

  test('one lane is always left', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const lanes$ = from(['a', 'b', 'c']).pipe(mergeMapAdaptive(run, { maxConcurrency: 1, busy$: hot('-b 13ms b') }));
      expectObservable(lanes$).toBe('10ms a 9ms b 9ms (c|)');
    });
  });

  test('completes with the last of them, also where there is nothing to run', () => {
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

  test('lends the lanes that nobody waits for, and takes them into account', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const run = (name: string, lane: ConnectionSlot): Observable<string> =>
        cold('--x--|').pipe(
          map(
            () => `${name} ${lane.acquireExtra() === undefined ? 'none' : 'one'}${lane.hasExtra() ? ', and there are more' : ''}`,
          ),
        );
      const lanes = (most: number) => mergeMapAdaptive(run, { maxConcurrency: most, busy$: NEVER });
      expectObservable(cold('(a|)').pipe(lanes(3))).toBe('--a--|', { a: 'a one, and there are more' });
      expectObservable(cold('(a|)').pipe(lanes(2))).toBe('--a--|', { a: 'a one' });
      expectObservable(cold('(a|)').pipe(lanes(1))).toBe('--a--|', { a: 'a none' });
      // What the first has borrowed is gone for the second.
      expectObservable(cold('ab|').pipe(lanes(3))).toBe('--ab--|', { a: 'a one', b: 'b none' });
    });
  });

  test('a lane that is given back goes to who waits, before it is lent again', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const again: boolean[] = [];
      const run = (name: string, lane: ConnectionSlot): Observable<string> => {
        if (name !== 'a') return cold('----(x|)').pipe(map(() => name));
        const ended = lane.acquireExtra();
        return concat(
          timer(5).pipe(
            tap(() => {
              ended?.(true);
              again.push(lane.hasExtra());
            }),
            ignoreElements(),
          ),
          cold('----------(x|)').pipe(map(() => name)),
        );
      };
      const lanes$ = cold('ab|').pipe(mergeMapAdaptive(run, { maxConcurrency: 2, busy$: NEVER }));
      expectObservable(lanes$.pipe(tap({ complete: () => expect(again).toEqual([false]) }))).toBe('---------b-----(a|)');
    });
  });

  test('a busy server takes back what is lent only when it is given back', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (_: string, lane: ConnectionSlot): Observable<boolean> => {
        const loans = [lane.acquireExtra(), lane.acquireExtra(), lane.acquireExtra()];
        return timer(5, 1).pipe(
          map(() => {
            loans.pop()?.(false);
            return lane.hasExtra();
          }),
          take(3),
        );
      };
      const lanes$ = cold('(a|)').pipe(mergeMapAdaptive(run, { maxConcurrency: 4, busy$: hot('--b') }));
      expectObservable(lanes$).toBe('-----nn(y|)', { n: false, y: true });
    });
  });

  test('parts that went well since make lanes more, too; those that were begun before, or went wrong, do not', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (_: string, lane: ConnectionSlot): Observable<boolean> => {
        const before = lane.begin();
        return timer(3, 1).pipe(
          map((turn) => {
            if (turn === 0) before(true);
            else lane.begin()(turn > 1);
            return lane.hasExtra();
          }),
          take(3),
        );
      };
      const lanes$ = cold('(a|)').pipe(mergeMapAdaptive(run, { maxConcurrency: 2, busy$: hot('-b') }));
      expectObservable(lanes$).toBe('---nn(y|)', { n: false, y: true });
    });
  });

  test('nothing is lent any more once it is unsubscribed from', () => {
    let kept: ConnectionSlot | undefined;
    const run = (_: number, lane: ConnectionSlot): Observable<never> => {
      kept = lane;
      return NEVER;
    };
    const subscription = of(1)
      .pipe(mergeMapAdaptive(run, { maxConcurrency: 2, busy$: NEVER }))
      .subscribe();
    expect(kept?.hasExtra()).toBe(true);
    subscription.unsubscribe();
    expect(kept?.acquireExtra()).toBeUndefined();
  });

  test('errors with the first error, and leaves the others', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const other = cold('-------x|');
      const runs = [cold('---#'), other];
      const lanes$ = from(runs).pipe(mergeMapAdaptive((run) => run, { maxConcurrency: 2, busy$: NEVER }));
      expectObservable(lanes$).toBe('---#');
      expectSubscriptions(other.subscriptions).toBe('^--!');
      expectObservable(
        throwError(() => 'error').pipe(mergeMapAdaptive((value) => of(value), { maxConcurrency: 2, busy$: NEVER })),
      ).toBe('#');
    });
  });

  test('unsubscribing leaves the source, what is under way, and what tells of a busy server', () => {
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

  test('a hundred thousand that complete at once do not fill the stack', async () => {
    const all = await lastValueFrom(
      range(0, 100_000).pipe(
        mergeMapAdaptive((value) => of(value), { maxConcurrency: 2, busy$: NEVER }),
        toArray(),
      ),
    );
    expect(all).toHaveLength(100_000);
  });
});
