import { describe, expect, test } from '@jest/globals';
import { EMPTY, from, lastValueFrom, map, NEVER, of, range, throwError, toArray, type Observable } from 'rxjs';
import { inLanes } from '#src/download/lanes.js';
import { inVirtualTime } from './support/marbles.ts';

describe('in lanes', () => {
  test('as many run at a time as are allowed, in their order', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('----------(x|)').pipe(map(() => name));
      const lanes$ = from(['a', 'b', 'c', 'd', 'e']).pipe(inLanes(run, { most: 2, busy$: NEVER }));
      expectObservable(lanes$).toBe('10ms (ab) 6ms (cd) 6ms (e|)');
    });
  });

  test('a busy server halves the lanes; what is under way goes on', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      const lanes$ = from(names).pipe(inLanes(run, { most: 4, busy$: hot('-----b') }));
      expectObservable(lanes$, '21ms !').toBe('10ms (abcd) 4ms (ef)');
    });
  });

  test('many refusals at once are one sign that the server is busy', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      const lanes$ = from(names).pipe(inLanes(run, { most: 4, busy$: hot('---(bbbb)') }));
      expectObservable(lanes$, '21ms !').toBe('10ms (abcd) 4ms (ef)');
    });
  });

  test('a round that went well since makes one lane more, up to as many as are allowed', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm'];
      const lanes$ = from(names).pipe(inLanes(run, { most: 4, busy$: hot('-----b') }));
      expectObservable(lanes$).toBe('10ms (abcd) 4ms (ef) 6ms (ghi) 5ms (jklm|)');
    });
  });

  test('one lane is always left', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const run = (name: string): Observable<string> => cold('10ms (x|)').pipe(map(() => name));
      const lanes$ = from(['a', 'b', 'c']).pipe(inLanes(run, { most: 1, busy$: hot('-b 13ms b') }));
      expectObservable(lanes$).toBe('10ms a 9ms b 9ms (c|)');
    });
  });

  test('completes with the last of them, also where there is nothing to run', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      expectObservable(EMPTY.pipe(inLanes((value) => of(value), { most: 2, busy$: NEVER }))).toBe('|');
      expectObservable(cold('a---|').pipe(inLanes(() => cold('-x|'), { most: 2, busy$: NEVER }))).toBe('-x--|');
      expectObservable(cold('a|').pipe(inLanes(() => cold('---x-|'), { most: 2, busy$: NEVER }))).toBe('---x-|');
    });
  });

  test('errors with the first error, and leaves the others', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const other = cold('-------x|');
      const runs = [cold('---#'), other];
      const lanes$ = from(runs).pipe(inLanes((run) => run, { most: 2, busy$: NEVER }));
      expectObservable(lanes$).toBe('---#');
      expectSubscriptions(other.subscriptions).toBe('^--!');
      expectObservable(throwError(() => 'error').pipe(inLanes((value) => of(value), { most: 2, busy$: NEVER }))).toBe('#');
    });
  });

  test('unsubscribing leaves the source, what is under way, and what tells of a busy server', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = cold('a--b');
      const busy$ = hot('-');
      const run = cold('----------x|');
      expectObservable(source.pipe(inLanes(() => run, { most: 1, busy$ })), '-----!').toBe('-----');
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(busy$.subscriptions).toBe('^----!');
      expectSubscriptions(run.subscriptions).toBe('^----!');
    });
  });

  test('a hundred thousand that complete at once do not fill the stack', async () => {
    const all = await lastValueFrom(
      range(0, 100_000).pipe(
        inLanes((value) => of(value), { most: 2, busy$: NEVER }),
        toArray(),
      ),
    );
    expect(all).toHaveLength(100_000);
  });
});
