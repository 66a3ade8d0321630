import { describe, test } from '@jest/globals';
import { defer, map, switchMap } from 'rxjs';
import { coalesce } from '#src/operators/coalesce.js';
import { inVirtualTime } from '../support/marbles.ts';

describe('asked together', () => {
  test('who asks while a question is in flight is answered by the next one', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      let put = 0;
      const question = cold('---(x|)');
      const one$ = coalesce(defer(() => question.pipe(map(() => (put += 1)))));
      expectObservable(one$).toBe('---(1|)', { 1: 1 });
      expectObservable(cold('-a').pipe(switchMap(() => one$))).toBe('------2', { 2: 2 });
      expectObservable(cold('--a').pipe(switchMap(() => one$))).toBe('------2', { 2: 2 });
      expectObservable(cold('--------a').pipe(switchMap(() => one$))).toBe('-----------3', { 3: 3 });
      expectSubscriptions(question.subscriptions).toBe(['^--!', '---^--!', '--------^--!']);
    });
  });

  test('a question that fails fails those who asked it, and the next one is put', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      let put = 0;
      const question = defer(() => cold((put += 1) === 1 ? '---#' : '---(x|)'));
      const one$ = coalesce(question);
      expectObservable(one$).toBe('---#');
      expectObservable(cold('-a').pipe(switchMap(() => one$))).toBe('------x');
    });
  });

  test('is aborted when nobody waits for it any more', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const question = cold('-----(x|)');
      const one$ = coalesce(question);
      expectObservable(one$, '--!').toBe('--');
      expectSubscriptions(question.subscriptions).toBe(['^-!', '-------^----!']);
      expectObservable(cold('-------a').pipe(switchMap(() => one$))).toBe('------------x');
    });
  });

  test('goes on for the one who still waits', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const question = cold('-----(x|)');
      const one$ = coalesce(question);
      expectObservable(one$, '--!').toBe('--');
      expectObservable(cold('-a').pipe(switchMap(() => one$))).toBe('----------x');
      expectSubscriptions(question.subscriptions).toBe(['^----!', '-----^----!']);
    });
  });
});
