import { describe, test } from '@jest/globals';
import { ApiError, TransportError } from 'rx-content-library';
import { defer, of, throwError, type Observable } from 'rxjs';
import { keepAlive, type LeaseTime } from '#src/session/keep-alive.js';
import { inVirtualTime } from '../support/marbles.ts';

const connectionError = new TransportError({ operation: 'keep-alive', reason: 'the connection broke' });

const notFound = new ApiError({ operation: 'keep-alive', status: 404, error_type: 'NOT_FOUND', messages: [] });

/** Each subscription gets the next of the Observables; all further ones get the last. */
const inTurn = (...responses: readonly Observable<LeaseTime>[]): Observable<LeaseTime> => {
  let subscriptions = 0;
  return defer(() => {
    const response = responses[Math.min(subscriptions, responses.length - 1)];
    subscriptions += 1;
    return response ?? throwError(() => new Error('no response'));
  });
};

const nineSeconds = { remaining: 9000 };

describe('keepAlive', () => {
  test('extends the lease after a third of its remaining time, each time', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const extend = cold<LeaseTime>('(e|)', { e: { remaining: 6000 } });
      expectObservable(keepAlive(nineSeconds, extend), '8s !').toBe('3s e 1999ms e 1999ms e', { e: { remaining: 6000 } });
      expectSubscriptions(extend.subscriptions).toBe(['3s (^!)', '5s (^!)', '7s (^!)']);
    });
  });

  test('extends a long lease once a minute', () => {
    inVirtualTime(({ expectObservable }) => {
      const hour = { remaining: 3_600_000 };
      expectObservable(keepAlive(hour, of(hour)), '121s !').toBe('60s e 59999ms e', { e: hour });
      const unknown = { remaining: undefined };
      expectObservable(keepAlive(unknown, of(unknown)), '121s !').toBe('60s e 59999ms e', { e: unknown });
    });
  });

  test('counts from the response, not from the request', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const extend = cold<LeaseTime>('2s (e|)', { e: nineSeconds });
      expectObservable(keepAlive(nineSeconds, extend), '11s !').toBe('5s e 4999ms e', { e: nineSeconds });
    });
  });

  test('retries a transient failure, at shorter and shorter intervals', () => {
    inVirtualTime(({ expectObservable }) => {
      const long = { remaining: 27_000 };
      const fail = throwError(() => connectionError);
      // Failures at 9 s, when 18 s are left, and at 15 s, when 12 s are left.
      expectObservable(keepAlive(long, inTurn(fail, fail, of(long))), '20s !').toBe('19s e', { e: long });
    });
  });

  test('errors with the last failure once the lease has expired', () => {
    inVirtualTime(({ expectObservable }) => {
      // Attempts at 300, 550, 800 and 1050 ms.
      expectObservable(keepAlive({ remaining: 900 }, inTurn(throwError(() => connectionError)))).toBe(
        '1050ms #',
        undefined,
        connectionError,
      );
    });
  });

  test('errors at once with a failure that is not transient', () => {
    inVirtualTime(({ expectObservable }) => {
      expectObservable(keepAlive(nineSeconds, inTurn(throwError(() => notFound)))).toBe('3s #', undefined, notFound);
    });
  });

  test('unsubscribing aborts the extension in flight, or the timer', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const extend = cold<LeaseTime>('-----(e|)', { e: nineSeconds });
      expectObservable(keepAlive(nineSeconds, extend), '3002ms !').toBe('-');
      expectSubscriptions(extend.subscriptions).toBe('3s ^-!');
      expectObservable(keepAlive(nineSeconds, extend), '2s !').toBe('-');
    });
  });

  test('extends an expired lease four times a second at most', () => {
    inVirtualTime(({ expectObservable }) => {
      const expired = { remaining: -5 };
      expectObservable(keepAlive(expired, of(expired)), '600ms !').toBe('250ms e 249ms e', { e: expired });
    });
  });
});
