import { describe, expect, test } from '@jest/globals';
import { ApiError, DecodeError, TimeoutError, TlsError, TransportError } from 'rx-content-library';
import { asyncScheduler, defer, of, throwError, type Observable } from 'rxjs';
import { idempotencyOf } from '#src/http/operation.js';
import { retryOperation, type RetryNotice, type RetryPolicy } from '#src/http/retry.js';
import { inVirtualTime } from '../support/marbles.ts';

const operation = 'content.Library.list';
const limitId = 'com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached';
const messages = [{ id: 'com.vmware.vapi.endpoint.cis.ServiceUnavailable', default_message: 'Down.', args: [] }];
type Facts = ConstructorParameters<typeof ApiError>[0];
const apiError = (error_type: string, more: Partial<Facts> = {}): ApiError =>
  new ApiError({ operation, status: 503, error_type, messages, ...more });

const busy = apiError('SERVICE_UNAVAILABLE');
const lost = new TransportError({ operation, reason: 'reset', code: 'ECONNRESET' });

/** Delays of 3, 6, 12 and 24 ms, without jitter. */
const policy: RetryPolicy = { attempts: 5, delay: 3, budget: 1000, onRetry: () => undefined, random: () => 1 };

/** Each subscription gets the next request, and the last one again. */
const inSequence = <A>(requests: readonly Observable<A>[]): Observable<A> => {
  let sent = 0;
  return defer(() => requests[Math.min(sent++, requests.length - 1)] ?? throwError(() => new Error('no request')));
};

/** Retries a request that always fails: when it is sent, and when and how the stream errors. */
const failing = (
  error: unknown,
  idempotency: Parameters<typeof retryOperation>[2] = 'always',
  changes: Partial<RetryPolicy> = {},
): { readonly times: readonly number[]; readonly error: unknown; readonly ended: number } => {
  const times: number[] = [];
  const end: { error?: unknown; ended?: number } = {};
  inVirtualTime(({ flush }) => {
    const request$ = defer(() => (times.push(asyncScheduler.now()), throwError(() => error)));
    request$.pipe(retryOperation({ ...policy, ...changes }, operation, idempotency)).subscribe({
      error: (thrown: unknown) => Object.assign(end, { error: thrown, ended: asyncScheduler.now() }),
    });
    flush();
  });
  return { times, error: end.error, ended: end.ended ?? -1 };
};

describe('retryOperation', () => {
  test('repeats the request after delays that double, and emits the first response', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('  --#', {}, busy);
      const second = cold('      --#', {}, lost);
      const third = cold('               --(a|)');
      const retrying$ = inSequence([first, second, third]).pipe(retryOperation(policy, operation, 'always'));
      expectObservable(retrying$).toBe('  ---------------(a|)');
      expectSubscriptions(first.subscriptions).toBe('^-!');
      expectSubscriptions(second.subscriptions).toBe('-----^-!');
      expectSubscriptions(third.subscriptions).toBe(' -------------^-!');
    });
  });

  test('unsubscribing aborts the request in flight', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const request = cold('-------(a|)');
      expectObservable(request.pipe(retryOperation(policy, operation, 'always')), '^--!').toBe('----');
      expectSubscriptions(request.subscriptions).toBe('^--!');
    });
  });

  test('unsubscribing during a delay sends nothing more, and leaves no timer', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const request = cold('--#', {}, busy);
      expectObservable(request.pipe(retryOperation(policy, operation, 'always')), '^---!').toBe('-----');
      expectSubscriptions(request.subscriptions).toBe(['^-!']);
    });
    let left = -1;
    inVirtualTime(({ cold, flush }) => {
      const subscription = cold('#', {}, busy)
        .pipe(retryOperation({ ...policy, delay: 5000 }, operation, 'always'))
        .subscribe({ error: () => undefined });
      asyncScheduler.schedule(() => subscription.unsubscribe(), 1);
      flush();
      // A timer would have moved the virtual clock to its end.
      left = asyncScheduler.now();
    });
    expect(left).toBe(1);
  });

  test('counts attempts and budget per subscription', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const request$ = cold('#', {}, busy).pipe(retryOperation({ ...policy, attempts: 2, budget: 3 }, operation, 'always'));
      expectObservable(request$).toBe('---#', {}, busy);
      expectObservable(request$, '----^').toBe('-------#', {}, busy);
    });
  });
});

describe('the delays', () => {
  test('double from attempt to attempt; the stream errors with the last failure', () => {
    expect(failing(busy)).toEqual({ times: [0, 3, 9, 21, 45], error: busy, ended: 45 });
  });

  test('are eight seconds at most', () => {
    const { times } = failing(busy, 'always', { attempts: 7, delay: 3000, budget: Infinity });
    expect(times).toEqual([0, 3000, 9000, 17_000, 25_000, 33_000, 41_000]);
  });

  test('are a random fraction of their limit', () => {
    const fractions = [0.5, 0, 1, 0.25];
    const random = () => fractions.shift() ?? NaN;
    expect(failing(busy, 'always', { random }).times).toEqual([0, 1.5, 1.5, 13.5, 19.5]);
  });

  test('are those of the server’s Retry-After, longer or shorter', () => {
    expect(failing(apiError('SERVICE_UNAVAILABLE', { retryAfter: 100 })).times).toEqual([0, 100, 200, 300, 400]);
    expect(failing(apiError('SERVICE_UNAVAILABLE', { retryAfter: 0 })).times).toEqual([0, 0, 0, 0, 0]);
  });

  test('never exceed the budget: the stream errors at once instead', () => {
    expect(failing(busy, 'always', { budget: 20 })).toEqual({ times: [0, 3, 9], error: busy, ended: 9 });
    expect(failing(busy, 'always', { budget: 21 }).times).toEqual([0, 3, 9, 21]);
    const longRetryAfter = apiError('SERVICE_UNAVAILABLE', { retryAfter: 1001 });
    expect(failing(longRetryAfter)).toEqual({ times: [0], error: longRetryAfter, ended: 0 });
  });

  test('count towards the budget, and so do the requests', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const request = cold('-----#', {}, busy);
      expectObservable(request.pipe(retryOperation({ ...policy, budget: 13 }, operation, 'always'))).toBe(
        '-------------#',
        {},
        busy,
      );
      expectSubscriptions(request.subscriptions).toBe(['^----!', '--------^----!']);
    });
  });

  test('call onRetry before they start, with the failure', () => {
    const notices: RetryNotice[] = [];
    failing(busy, 'always', { attempts: 3, onRetry: (retry) => void notices.push(retry) });
    expect(notices).toEqual([
      { operation, attempt: 1, delay: 3, error: busy },
      { operation, attempt: 2, delay: 6, error: busy },
    ]);
  });
});

const byProxy = (status: number, error_type: string): ApiError => apiError(error_type, { status, messages: [] });

describe('the number of attempts after', () => {
  test.each<[string, unknown, number, number]>([
    ['SERVICE_UNAVAILABLE of vCenter', busy, 5, 5],
    ['RESOURCE_BUSY, a 500', apiError('RESOURCE_BUSY', { status: 500 }), 5, 5],
    ['RESOURCE_BUSY, a 400', apiError('RESOURCE_BUSY', { status: 400 }), 5, 5],
    ['UNABLE_TO_ALLOCATE_RESOURCE', apiError('UNABLE_TO_ALLOCATE_RESOURCE', { status: 400 }), 5, 5],
    ['429 without a message', byProxy(429, 'SERVICE_UNAVAILABLE'), 5, 5],
    ['503 of a proxy, which may have lost the connection behind it', byProxy(503, 'SERVICE_UNAVAILABLE'), 5, 1],
    ['502 of a proxy', byProxy(502, 'SERVICE_UNAVAILABLE'), 5, 1],
    ['INTERNAL_SERVER_ERROR, after which the operation may be partly done', apiError('INTERNAL_SERVER_ERROR'), 5, 1],
    ['TIMED_OUT, after which the operation may be done', apiError('TIMED_OUT'), 5, 1],
    ['a lost connection', lost, 5, 1],
    ['no response in time', new TimeoutError({ operation, timeout: 60_000 }), 5, 1],
    ['ERROR that vCenter indicates as transient', apiError('ERROR', { data: { is_transient: true } }), 5, 1],
    [
      'SERVICE_UNAVAILABLE that vCenter indicates as permanent',
      apiError('SERVICE_UNAVAILABLE', { data: { is_transient: false } }),
      1,
      1,
    ],
    [
      'too many API sessions',
      apiError('SERVICE_UNAVAILABLE', { messages: [{ id: limitId, default_message: '', args: [] }] }),
      1,
      1,
    ],
    ['a missing object', apiError('NOT_FOUND', { status: 404 }), 1, 1],
    ['a 503 about the request', apiError('INVALID_ARGUMENT', { status: 503 }), 1, 1],
    ['an expired session', apiError('UNAUTHENTICATED', { status: 401 }), 1, 1],
    ['a redirect', new TransportError({ operation, reason: 'redirect', code: 'REDIRECT' }), 1, 1],
    ['a certificate', new TlsError({ host: 'vcenter.example.com', code: 'CERT_HAS_EXPIRED' }), 1, 1],
    ['an invalid response', new DecodeError({ operation, issues: [] }), 1, 1],
    ['an error of another library', new RangeError('x'), 1, 1],
  ])('%s', (_, error, repeatable, other) => {
    expect(failing(error, 'always')).toMatchObject({ error });
    expect(failing(error, 'always').times).toHaveLength(repeatable);
    expect(failing(error, { doneIf: 'NOT_FOUND' }).times).toHaveLength(repeatable);
    expect(failing(error, 'never').times).toHaveLength(other);
  });
});

describe('an operation with doneIf', () => {
  const gone = apiError('NOT_FOUND', { status: 404 });
  const outcomeOf = (failures: readonly unknown[]): unknown => {
    let outcome: unknown;
    inVirtualTime(({ flush }) => {
      const requests = failures.map((error) => (error === undefined ? of(undefined) : throwError(() => error)));
      inSequence<unknown>(requests)
        .pipe(retryOperation(policy, 'content.library.item.DownloadSession.delete', { doneIf: 'NOT_FOUND' }))
        .subscribe({
          error: (error: unknown) => (outcome = error),
          complete: () => (outcome = 'done'),
        });
      flush();
    });
    return outcome;
  };
  const unknownRoute = apiError('NOT_FOUND', {
    status: 404,
    messages: [{ id: 'com.vmware.vapi.rest.httpNotFound', default_message: '', args: [] }],
  });

  test.each<[string, readonly unknown[], unknown]>([
    ['the response lost, then NOT_FOUND', [lost, gone], 'done'],
    ['the response lost, the server busy, then NOT_FOUND', [lost, busy, gone], 'done'],
    ['a proxy’s 502, then NOT_FOUND', [byProxy(502, 'SERVICE_UNAVAILABLE'), gone], 'done'],
    ['NOT_FOUND at the first attempt', [gone], gone],
    ['rejected before it started, then NOT_FOUND: another client has deleted it', [busy, gone], gone],
    ['the response lost, then an unknown route', [lost, unknownRoute], unknownRoute],
  ])('%s', (_, failures, expected) => expect(outcomeOf(failures)).toBe(expected));
});

describe('idempotencyOf', () => {
  const read = { api: { route: 'GET /api/x' } };
  const write = { api: { route: 'POST /api/x' } };

  test('is always for operations that are a GET in /api, also if they are a POST in /rest', () => {
    expect(idempotencyOf(read, {})).toBe('always');
  });

  test('is never for other operations, unless they state another one', () => {
    expect(idempotencyOf(write, {})).toBe('never');
    expect(idempotencyOf({ ...write, idempotency: 'always' }, {})).toBe('always');
    expect(idempotencyOf({ ...read, idempotency: 'never' }, {})).toBe('never');
  });

  test('with-token depends on the client token of the input', () => {
    const create = { ...write, idempotency: 'with-token' } as const;
    expect(idempotencyOf(create, { client_token: '6f1c1f5e-8f4a-4b3c-9d2e-1a2b3c4d5e6f' })).toBe('always');
    expect(idempotencyOf(create, { client_token: undefined })).toBe('never');
    expect(idempotencyOf(create, {})).toBe('never');
  });
});
