import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latestEvery } from '#src/operators/latest-every.js';
import { inVirtualTime } from '../support/marbles.ts';

describe('latestEvery', () => {
  test('emits the latest value a period after the first, and the last one before the error', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      expectObservable(cold('-a-b-----c-d#').pipe(latestEvery(3))).toBe('----b-------(d#)');
    });
  });

  test('emits the last value before it completes, and nothing for an empty source', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      expectObservable(cold('a|').pipe(latestEvery(3))).toBe('-(a|)');
      expectObservable(cold('--|').pipe(latestEvery(3))).toBe('--|');
    });
  });

  test('unsubscribing stops the timer', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a---');
      expectObservable(source.pipe(latestEvery(3)), '--!').toBe('---');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  test('for all streams: the last value is emitted before the end, and no value twice', () => {
    const stream = fc.tuple(fc.array(fc.constantFrom('-', '-', 'v'), { maxLength: 20 }), fc.constantFrom('|', '#'), fc.nat(6));
    fc.assert(
      fc.property(stream, ([frames, end, period]) => {
        let next = 0;
        const marbles = frames.map((frame) => (frame === 'v' ? String.fromCharCode(97 + next++) : '-')).join('');
        inVirtualTime(({ cold, flush }) => {
          const emitted: string[] = [];
          let isOver = false;
          const over = (): void => {
            isOver = true;
          };
          cold(marbles + end)
            .pipe(latestEvery(period))
            .subscribe({ next: (value) => emitted.push(value), error: over, complete: over });
          flush();
          expect(isOver).toBe(true);
          expect(emitted).toEqual([...new Set(emitted)].sort());
          expect(emitted.at(-1)).toBe(next === 0 ? undefined : String.fromCharCode(96 + next));
        });
      }),
    );
  });
});
