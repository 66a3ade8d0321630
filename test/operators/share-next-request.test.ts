import { describe, test } from '@jest/globals';
import { defer, map, switchMap } from 'rxjs';
import { shareNextRequest } from '#src/operators/share-next-request.js';
import { inVirtualTime } from '../support/marbles.ts';

describe('shareNextRequest', () => {
  test('a subscriber during a request gets the result of the next one', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      let sent = 0;
      const request = cold('---(x|)');
      const shared$ = shareNextRequest(defer(() => request.pipe(map(() => (sent += 1)))));
      expectObservable(shared$).toBe('---(1|)', { 1: 1 });
      expectObservable(cold('-a').pipe(switchMap(() => shared$))).toBe('------2', { 2: 2 });
      expectObservable(cold('--a').pipe(switchMap(() => shared$))).toBe('------2', { 2: 2 });
      expectObservable(cold('--------a').pipe(switchMap(() => shared$))).toBe('-----------3', { 3: 3 });
      expectSubscriptions(request.subscriptions).toBe(['^--!', '---^--!', '--------^--!']);
    });
  });

  test('a request that errors errors for its subscribers, and the next one is sent', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      let sent = 0;
      const request = defer(() => cold((sent += 1) === 1 ? '---#' : '---(x|)'));
      const shared$ = shareNextRequest(request);
      expectObservable(shared$).toBe('---#');
      expectObservable(cold('-a').pipe(switchMap(() => shared$))).toBe('------x');
    });
  });

  test('aborts the request when its last subscriber has left', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const request = cold('-----(x|)');
      const shared$ = shareNextRequest(request);
      expectObservable(shared$, '--!').toBe('--');
      expectSubscriptions(request.subscriptions).toBe(['^-!', '-------^----!']);
      expectObservable(cold('-------a').pipe(switchMap(() => shared$))).toBe('------------x');
    });
  });

  test('continues the request while one subscriber is left', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const request = cold('-----(x|)');
      const shared$ = shareNextRequest(request);
      expectObservable(shared$, '--!').toBe('--');
      expectObservable(cold('-a').pipe(switchMap(() => shared$))).toBe('----------x');
      expectSubscriptions(request.subscriptions).toBe(['^----!', '-----^----!']);
    });
  });
});
