import { describe, expect, test } from '@jest/globals';
import {
  ApiError,
  isContentLibraryError,
  preparation,
  type ContentLibraryError,
  type DownloadFileInfo,
  type DownloadSessionModel,
  type PrepareStatus,
  type RetryNotice,
} from 'rx-content-library';
import { asyncScheduler, defer, EMPTY, of, type Observable } from 'rxjs';
import { untilPrepared } from '#src/watching/preparation.js';
import { inVirtualTime } from '../support/marbles.ts';
import { scriptedVCenter } from '../support/scripted-vcenter.ts';

const info = (status: PrepareStatus, more: Partial<DownloadFileInfo> = {}): DownloadFileInfo => ({
  name: 'disk.vmdk',
  bytes_transferred: 0,
  status,
  ...more,
});

const values = {
  r: info('PREPARE_REQUESTED'),
  i: info('PREPARING'),
  m: info('PREPARING', { bytes_transferred: 512 }),
  p: info('PREPARED', { size: 1024, download_endpoint: { uri: 'https://vcenter.example.com/cls/data/key/disk.vmdk' } }),
  e: info('ERROR', { error_message: { id: 'com.vmware.locked', default_message: 'The disk is locked.', args: ['disk.vmdk'] } }),
  x: info('ERROR'),
};

const waitedFor = 'The preparation of "disk.vmdk"';

const failure = (error_type: string, retryAfter?: number): ApiError =>
  new ApiError({ operation: 'content.library.item.downloadsession.File.get', status: 503, error_type, messages: [], retryAfter });

/** Each subscription gets the next response. */
const inSequence = <A>(...responses: Observable<A>[]): Observable<A> => defer(() => responses.shift() ?? EMPTY);

/** The error of the stream. */
const failureOf = (stream: Observable<unknown>): { error?: unknown } => {
  const result: { error?: unknown } = {};
  stream.subscribe({ error: (error: unknown) => (result.error = error) });
  return result;
};

describe('preparation', () => {
  test('requests the preparation, emits every change, and completes with PREPARED', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const prepare = cold('        -(r|)', values);
      const polls = inSequence(cold('       -(r|)', values), cold('-(i|)', values), cold('-(p|)', values));
      const expected = '            -r-------i---(p|)';
      expectObservable(untilPrepared(prepare, polls, { waitedFor, period: 3 })).toBe(expected, values);
    });
  });

  test('the prepare request is the first poll: a prepared file needs no other', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const prepare = cold('        -(p|)', values);
      const poll = cold('           -(p|)', values);
      expectObservable(untilPrepared(prepare, poll, { waitedFor })).toBe('-(p|)', values);
      expectSubscriptions(poll.subscriptions).toBe([]);
    });
  });

  test('emits changed responses only; transferred bytes are a change', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const polls = inSequence(
        cold('(i|)', values),
        cold('(i|)', values),
        cold('(m|)', values),
        cold('(m|)', values),
        cold('(p|)', values),
      );
      expectObservable(untilPrepared(cold('(i|)', values), polls, { waitedFor, period: 1 })).toBe('i--m-(p|)', values);
    });
  });

  test('errors on ERROR with vCenter’s message', () => {
    inVirtualTime(({ cold, flush }) => {
      const result = failureOf(untilPrepared(cold('-(r|)', values), cold('-(e|)', values), { waitedFor, period: 1 }));
      flush();
      expect(result.error).toMatchObject({
        _tag: 'PreparationError',
        file: 'disk.vmdk',
        id: 'com.vmware.locked',
        serverMessage: 'The disk is locked.',
        args: ['disk.vmdk'],
        message: expect.stringContaining('The disk is locked.'),
      });
    });
  });

  test('errors on ERROR without a message', () => {
    inVirtualTime(({ cold, flush }) => {
      const result = failureOf(untilPrepared(cold('-(x|)', values), EMPTY, { waitedFor }));
      flush();
      expect(result.error).toMatchObject({
        _tag: 'PreparationError',
        id: undefined,
        message: expect.stringContaining('no reason given'),
      });
    });
  });

  test('emits an unknown status, and continues to poll', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const later = { ...values, n: info('ADDED_LATER' as PrepareStatus) };
      expectObservable(untilPrepared(cold('-(n|)', later), cold('-(p|)', later), { waitedFor, period: 1 })).toBe(
        '-n-(p|)',
        later,
      );
    });
  });

  test('waits for a poll that is slower than the period', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const prepare = cold('        (r|)', values);
      const poll = cold('           ---------------(p|)', values);
      expectObservable(untilPrepared(prepare, poll, { waitedFor, period: 10 })).toBe('r 24ms (p|)', values);
      expectSubscriptions(poll.subscriptions).toBe('---------- ^--------------!');
    });
  });

  test('unsubscribing aborts the poll in flight, or the prepare request', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const prepare = cold('        (r|)', values);
      const poll = cold('           ----------(p|)', values);
      expectObservable(untilPrepared(prepare, poll, { waitedFor, period: 2 }), '-----!').toBe('r', values);
      expectSubscriptions(poll.subscriptions).toBe('--^--!');
      const slow = cold('           ----------(r|)', values);
      expectObservable(untilPrepared(slow, EMPTY, { waitedFor }), '---!').toBe('----');
      expectSubscriptions(slow.subscriptions).toBe('^--!');
    });
  });

  test('errors after patience, with the statuses and their times', () => {
    inVirtualTime(({ cold, flush, time }) => {
      const polls = inSequence(cold('(i|)', values), cold('(i|)', values), cold('--------------------|', values));
      const patience = time('      ----------|');
      const result = failureOf(untilPrepared(cold('(r|)', values), polls, { waitedFor, period: 3, patience }));
      flush();
      expect(result.error).toMatchObject({
        _tag: 'PatienceError',
        waitedFor,
        patience: 10,
        statuses: ['PREPARE_REQUESTED', 'PREPARING'],
        history: [
          { file: 'disk.vmdk', status: 'PREPARE_REQUESTED', after: 0 },
          { file: 'disk.vmdk', status: 'PREPARING', after: 3 },
        ],
        message: expect.stringContaining('observed: PREPARE_REQUESTED after 0 s, PREPARING after 0 s'),
      });
    });
  });

  test('a refresh polls at once', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const refresh$ = hot('        ---r');
      const stream = untilPrepared(cold('(r|)', values), cold('-(p|)', values), { waitedFor, period: 1000, refresh$ });
      expectObservable(stream).toBe('r---(p|)', values);
    });
  });

  test('emits a status that goes back to PREPARE_REQUESTED, which counts as progress, and continues to poll', () => {
    const times: number[] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      const polls = inSequence(cold('-(r|)', values), cold('-(r|)', values), cold('-(i|)', values), cold('-(p|)', values));
      const period = (_: DownloadFileInfo, __: number, sinceProgress: number): number => (times.push(sinceProgress), 1);
      expectObservable(untilPrepared(cold('(i|)', values), polls, { waitedFor, period })).toBe('i-r---i-(p|)', values);
    });
    expect(times).toEqual([0, 0, 2, 0, 0]);
  });

  test('errors at once if the failure is permanent', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const rejected = failure('UNAUTHORIZED');
      const poll = cold('-#', values, rejected);
      expectObservable(untilPrepared(cold('(r|)', values), poll, { waitedFor, period: 2 })).toBe('r--#', values, rejected);
      expectSubscriptions(poll.subscriptions).toBe('--^!');
    });
  });

  test('tolerates 503 for a minute: eight retries, with a call of onRetry for each', () => {
    const retries: RetryNotice[] = [];
    const busy = failure('SERVICE_UNAVAILABLE');
    inVirtualTime(({ cold, expectObservable, flush }) => {
      const poll = defer(() => (asyncScheduler.now() < 60_000 ? cold('-#', values, busy) : cold('-(p|)', values)));
      const stream = untilPrepared(cold('(r|)', values), poll, {
        waitedFor,
        period: 500,
        onRetry: (retry) => retries.push(retry),
      });
      expectObservable(stream).toBe('r 64008ms (p|)', values);
      flush();
    });
    expect(retries.map(({ attempt, delay }) => [attempt, delay])).toEqual([
      [1, 500], [2, 1000], [3, 2000], [4, 4000], [5, 8000], [6, 16_000], [7, 16_000], [8, 16_000],
    ]); // prettier-ignore
    expect(new Set(retries.map(({ operation }) => operation))).toEqual(new Set([busy.operation]));
    expect(retries[0]?.error).toBe(busy);
  });

  test('errors with a permanent 503 after pollAttempts', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const busy = failure('SERVICE_UNAVAILABLE');
      const poll = cold('#', values, busy);
      expectObservable(untilPrepared(cold('(r|)', values), poll, { waitedFor, period: 1, pollAttempts: 3 })).toBe(
        'r 1500ms #',
        values,
        busy,
      );
      expectSubscriptions(poll.subscriptions).toBe(['-(^!)', '- 500ms (^!)', '- 1500ms (^!)']);
    });
  });

  test.each([0, NaN, -1])('pollAttempts %d is a TypeError, and nothing is sent', (pollAttempts) => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const prepare = cold('(r|)', values);
      const error = new TypeError(`pollAttempts: expected a number from 1, got ${pollAttempts}`);
      expectObservable(untilPrepared(prepare, EMPTY, { waitedFor, pollAttempts })).toBe('#', {}, error);
      expectSubscriptions(prepare.subscriptions).toBe([]);
    });
  });

  test('a successful poll resets the attempts', () => {
    const busy = failure('SERVICE_UNAVAILABLE');
    inVirtualTime(({ cold, expectObservable }) => {
      const polls = inSequence(
        cold('#', values, busy),
        cold('(i|)', values),
        cold('#', values, busy),
        cold('(r|)', values),
        cold('#', values, busy),
        cold('(p|)', values),
      );
      const stream = untilPrepared(cold('(r|)', values), polls, { waitedFor, period: 1, pollAttempts: 2 });
      expectObservable(stream).toBe('r 500ms i 500ms r 500ms (p|)', values);
    });
  });

  test('a refresh does not reset the attempts', () => {
    const busy = failure('SERVICE_UNAVAILABLE');
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const refresh$ = hot('        -----r-----r');
      const poll = cold('#', values, busy);
      const stream = untilPrepared(cold('(r|)', values), poll, { waitedFor, period: 2, pollAttempts: 3, refresh$ });
      expectObservable(stream).toBe('r----------#', values, busy);
    });
  });

  test('Retry-After replaces the delay and the period', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const polls = inSequence(cold('#', values, failure('SERVICE_UNAVAILABLE', 7000)), cold('(p|)', values));
      const stream = untilPrepared(cold('(r|)', values), polls, { waitedFor, period: 1 });
      expectObservable(stream).toBe('r 7000ms (p|)', values);
    });
  });

  test('unsubscribing during the delay after a failure sends nothing more', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('#', values, failure('SERVICE_UNAVAILABLE'));
      expectObservable(untilPrepared(cold('(r|)', values), poll, { waitedFor, period: 1 }), '400ms !').toBe('r', values);
      expectSubscriptions(poll.subscriptions).toBe('-(^!)');
    });
  });

  test('patience includes the time of failing polls', () => {
    inVirtualTime(({ cold, flush, time }) => {
      const poll = cold('#', values, failure('SERVICE_UNAVAILABLE'));
      const result = failureOf(untilPrepared(cold('(r|)', values), poll, { waitedFor, period: 1, patience: time('1200ms |') }));
      flush();
      expect(result.error).toMatchObject({ _tag: 'PatienceError', statuses: ['PREPARE_REQUESTED'] });
    });
  });

  test('the prepare request is retried, too', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const prepare = inSequence(cold('#', values, failure('SERVICE_UNAVAILABLE')), cold('(p|)', values));
      expectObservable(untilPrepared(prepare, EMPTY, { waitedFor })).toBe('500ms (p|)', values);
    });
  });

  test('sends nothing before a subscription, and then requests its file and session', () => {
    const requests: unknown[] = [];
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({
        'content.library.item.downloadsession.File.prepare': (input) => (
          requests.push(['prepare', input]),
          cold('-(r|)', values)
        ),
        'content.library.item.downloadsession.File.get': (input) => (requests.push(['get', input]), cold('-(p|)', values)),
      });
      const stream = preparation(vc, 'session-1', 'disk.vmdk', { endpointType: 'HTTPS', period: 1 });
      expect(requests).toEqual([]);
      stream.subscribe();
      flush();
    });
    const names = { download_session_id: 'session-1', file_name: 'disk.vmdk' };
    expect(requests).toEqual([
      ['prepare', { ...names, endpoint_type: 'HTTPS' }],
      ['get', names],
    ]);
  });

  test('errors with errors of the library', () => {
    inVirtualTime(({ cold, flush }) => {
      const failures: ContentLibraryError[] = [];
      const keep = (error: unknown): void => void (isContentLibraryError(error) && failures.push(error));
      untilPrepared(cold('(x|)', values), EMPTY, { waitedFor }).subscribe({ error: keep });
      untilPrepared(cold('-----|', values), EMPTY, { waitedFor, patience: 1 }).subscribe({ error: keep });
      flush();
      expect(failures.map(({ _tag }) => _tag)).toEqual(['PreparationError', 'PatienceError']);
    });
  });
});

describe('the end of the session', () => {
  const prepareName = 'content.library.item.downloadsession.File.prepare';
  const getName = 'content.library.item.downloadsession.File.get';
  const sessionName = 'content.library.item.DownloadSession.get';
  const active: DownloadSessionModel = { library_item_id: 'item-1', state: 'ACTIVE' };

  test('deleted or expired: a LeaseError instead of the 404', () => {
    inVirtualTime(({ cold, flush }) => {
      const gone = failure('NOT_FOUND');
      const vc = scriptedVCenter({
        [prepareName]: () => cold('(r|)', values),
        [getName]: () => cold('-#', values, gone),
      });
      const result = failureOf(preparation(vc, 'session-1', 'disk.vmdk'));
      flush();
      expect(result.error).toMatchObject({ _tag: 'LeaseError', ending: 'gone', downloadSessionId: 'session-1', cause: gone });
    });
  });

  test('cancelled before the prepare request: a LeaseError with the state', () => {
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({
        [prepareName]: () => cold('-#', values, failure('NOT_ALLOWED_IN_CURRENT_STATE')),
        [sessionName]: () => of({ ...active, state: 'CANCELED' }),
      });
      const result = failureOf(preparation(vc, 'session-1', 'disk.vmdk'));
      flush();
      expect(result.error).toMatchObject({ _tag: 'LeaseError', ending: 'cancelled' });
    });
  });

  test('rejected while the session is active: the error of the request', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const rejected = failure('NOT_ALLOWED_IN_CURRENT_STATE');
      const vc = scriptedVCenter({
        [prepareName]: () => cold('-#', values, rejected),
        [sessionName]: () => cold('-(a|)', { a: active }),
      });
      expectObservable(preparation(vc, 'session-1', 'disk.vmdk')).toBe('--#', values, rejected);
    });
  });

  test('cancelled while its files are unchanged: detected by a check every two minutes', () => {
    const checks: number[] = [];
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({
        [prepareName]: () => cold('(r|)', values),
        [getName]: () => cold('(r|)', values),
        [sessionName]: () => (
          checks.push(asyncScheduler.now()),
          of({ ...active, state: checks.length < 3 ? 'ACTIVE' : 'CANCELED' })
        ),
      });
      const result = failureOf(preparation(vc, 'session-1', 'disk.vmdk', { period: 1000 }));
      flush();
      expect(result.error).toMatchObject({ _tag: 'LeaseError', ending: 'cancelled' });
    });
    expect(checks).toEqual([120_000, 240_000, 360_000]);
  });
});
