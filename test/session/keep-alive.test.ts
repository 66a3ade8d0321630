import { describe, test } from '@jest/globals';
import { defer, of, throwError, type Observable } from 'rxjs';
import { ApiError, TransportError } from 'rx-content-library';
import { keepAlive, type LeaseTime } from '#src/session/keep-alive.js';
import { inVirtualTime } from '../support/marbles.ts';

const broken = new TransportError({ operation: 'keep-alive', reason: 'the connection broke' });

const gone = new ApiError({ operation: 'keep-alive', status: 404, error_type: 'NOT_FOUND', messages: [] });

/** One of these at a time, the last for ever. */
const inTurn = (...answers: readonly Observable<LeaseTime>[]): Observable<LeaseTime> => {
  let turn = 0;
  return defer(() => {
    const answer = answers[Math.min(turn, answers.length - 1)];
    turn += 1;
    return answer ?? throwError(() => new Error('no answer'));
  });
};

const nine = { remaining: 9000 };

describe('a lease', () => {
  test('is extended after a third of what is left of it, and again after a third of what that left', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const extend = cold<LeaseTime>('(e|)', { e: { remaining: 6000 } });
      expectObservable(keepAlive(nine, extend), '8s !').toBe('3s e 1999ms e 1999ms e', { e: { remaining: 6000 } });
      expectSubscriptions(extend.subscriptions).toBe(['3s (^!)', '5s (^!)', '7s (^!)']);
    });
  });

  test('is extended once a minute, however long it is', () => {
    inVirtualTime(({ expectObservable }) => {
      const hour = { remaining: 3_600_000 };
      expectObservable(keepAlive(hour, of(hour)), '121s !').toBe('60s e 59999ms e', { e: hour });
      const unknown = { remaining: undefined };
      expectObservable(keepAlive(unknown, of(unknown)), '121s !').toBe('60s e 59999ms e', { e: unknown });
    });
  });

  test('counts from the answer, not from the question', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const extend = cold<LeaseTime>('2s (e|)', { e: nine });
      expectObservable(keepAlive(nine, extend), '11s !').toBe('5s e 4999ms e', { e: nine });
    });
  });

  test('is not given up for a failure that may pass, and is asked for more and more often', () => {
    inVirtualTime(({ expectObservable }) => {
      const long = { remaining: 27_000 };
      const fail = throwError(() => broken);
      // Failures at 9 s, when 18 are left, and at 15 s, when 12 are.
      expectObservable(keepAlive(long, inTurn(fail, fail, of(long))), '20s !').toBe('19s e', { e: long });
    });
  });

  test('errors when it has run out in spite of all attempts', () => {
    inVirtualTime(({ expectObservable }) => {
      // Attempts at 300, 550, 800 and 1050 ms.
      expectObservable(keepAlive({ remaining: 900 }, inTurn(throwError(() => broken)))).toBe('1050ms #', undefined, broken);
    });
  });

  test('errors at once when the server says that it is over', () => {
    inVirtualTime(({ expectObservable }) => {
      expectObservable(keepAlive(nine, inTurn(throwError(() => gone)))).toBe('3s #', undefined, gone);
    });
  });

  test('unsubscribing aborts the extension in flight, or the wait for it', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const extend = cold<LeaseTime>('-----(e|)', { e: nine });
      expectObservable(keepAlive(nine, extend), '3002ms !').toBe('-');
      expectSubscriptions(extend.subscriptions).toBe('3s ^-!');
      expectObservable(keepAlive(nine, extend), '2s !').toBe('-');
    });
  });

  test('one that is over already is asked for four times a second, not without a pause', () => {
    inVirtualTime(({ expectObservable }) => {
      const over = { remaining: -5 };
      expectObservable(keepAlive(over, of(over)), '600ms !').toBe('250ms e 249ms e', { e: over });
    });
  });
});
