import { describe, expect, test } from '@jest/globals';
import { ApiError, LeaseError, TransportError, type ContentLibraryError } from 'rx-content-library';
import { defer, of, take, throwError, type Observable } from 'rxjs';
import { keepAlive as keepAliveWith, type KeepAliveRetry, type LeaseTime } from '#src/session/keep-alive.js';
import { inVirtualTime } from '../support/marbles.ts';

const connectionError = new TransportError({ operation: 'keep-alive', reason: 'the connection broke' });

const refused = new ApiError({ operation: 'keep-alive', status: 400, error_type: 'INVALID_ARGUMENT', messages: [] });

const gone = new LeaseError({ downloadSessionId: 'session', reason: 'it has expired' });

const isOver = (error: ContentLibraryError): boolean => error === gone;

const keepAlive = (lease: LeaseTime, extend: Observable<LeaseTime>, read?: Observable<LeaseTime>): Observable<LeaseTime> =>
  keepAliveWith(lease, extend, { isOver, ...(read === undefined ? {} : { read }) });

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

  test('retries a refusal, too', () => {
    inVirtualTime(({ expectObservable }) => {
      const fail = throwError(() => refused);
      expectObservable(keepAlive(nineSeconds, inTurn(fail, of(nineSeconds))), '6s !').toBe('5s e', { e: nineSeconds });
    });
  });

  test('retries every five seconds once the lease should have expired, as long as nothing shows that it has', () => {
    inVirtualTime(({ expectObservable }) => {
      const fail = throwError(() => connectionError);
      // Attempts at 300, 550, 800, 1050 and 6050 ms.
      const extend = inTurn(fail, fail, fail, fail, of(nineSeconds));
      expectObservable(keepAlive({ remaining: 900 }, extend, fail), '7s !').toBe('6050ms e', { e: nineSeconds });
    });
  });

  test('counts from the lease that is read after a failure', () => {
    inVirtualTime(({ expectObservable }) => {
      const fail = throwError(() => refused);
      expectObservable(keepAlive({ remaining: 900 }, inTurn(fail, of(nineSeconds)), of({ remaining: 6000 })), '4s !').toBe(
        '2300ms e',
        { e: nineSeconds },
      );
    });
  });

  test('errors at once if the lease has ended, or if the lease that is read after a failure has', () => {
    inVirtualTime(({ expectObservable }) => {
      expectObservable(keepAlive(nineSeconds, inTurn(throwError(() => gone)))).toBe('3s #', undefined, gone);
      const read = throwError(() => gone);
      expectObservable(keepAlive(nineSeconds, inTurn(throwError(() => refused)), read)).toBe('3s #', undefined, gone);
    });
  });

  test('reports each failure with its delay, and counts from 1 again after a success', () => {
    inVirtualTime(({ expectObservable, flush }) => {
      const retries: KeepAliveRetry[] = [];
      const lease = { remaining: 27_000 };
      const fail = throwError(() => refused);
      const extend = inTurn(fail, fail, of(lease), fail, of(lease));
      const alive$ = keepAliveWith(lease, extend, { isOver, onRetry: (retry) => void retries.push(retry) });
      expectObservable(alive$.pipe(take(2))).toBe('19s e 14999ms (e|)', { e: lease });
      flush();
      expect(retries.map(({ attempt, delay }) => [attempt, delay])).toEqual([
        [1, 6000],
        [2, 4000],
        [1, 6000],
      ]);
      expect(retries[0]?.error).toBe(refused);
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
