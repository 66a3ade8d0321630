import { describe, expect, test } from '@jest/globals';
import { asyncScheduler, defer, EMPTY, of, type Observable } from 'rxjs';
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

/** Each subscription gets the next answer. */
const inTurn = <A>(...answers: Observable<A>[]): Observable<A> => defer(() => answers.shift() ?? EMPTY);

/** What the stream errored with. */
const failureOf = (stream: Observable<unknown>): { error?: unknown } => {
  const seen: { error?: unknown } = {};
  stream.subscribe({ error: (error: unknown) => (seen.error = error) });
  return seen;
};

describe('preparation', () => {
  test('asks for preparation, tells every change, and completes with PREPARED', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const prepare = cold('        -(r|)', values);
      const polls = inTurn(cold('       -(r|)', values), cold('-(i|)', values), cold('-(p|)', values));
      const expected = '            -r-------i---(p|)';
      expectObservable(untilPrepared(prepare, polls, { waitedFor, period: 3 })).toBe(expected, values);
    });
  });

  test('the request itself is the first poll: a file that is prepared already needs no other', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const prepare = cold('        -(p|)', values);
      const poll = cold('           -(p|)', values);
      expectObservable(untilPrepared(prepare, poll, { waitedFor })).toBe('-(p|)', values);
      expectSubscriptions(poll.subscriptions).toBe([]);
    });
  });

  test('an answer that says the same is not emitted twice; moving bytes are', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const polls = inTurn(
        cold('(i|)', values),
        cold('(i|)', values),
        cold('(m|)', values),
        cold('(m|)', values),
        cold('(p|)', values),
      );
      expectObservable(untilPrepared(cold('(i|)', values), polls, { waitedFor, period: 1 })).toBe('i--m-(p|)', values);
    });
  });

  test('errors on ERROR, with what vCenter said', () => {
    inVirtualTime(({ cold, flush }) => {
      const seen = failureOf(untilPrepared(cold('-(r|)', values), cold('-(e|)', values), { waitedFor, period: 1 }));
      flush();
      expect(seen.error).toMatchObject({
        _tag: 'PreparationError',
        file: 'disk.vmdk',
        id: 'com.vmware.locked',
        serverMessage: 'The disk is locked.',
        args: ['disk.vmdk'],
        message: expect.stringContaining('The disk is locked.'),
      });
    });
  });

  test('errors on ERROR without a message, and says that there was none', () => {
    inVirtualTime(({ cold, flush }) => {
      const seen = failureOf(untilPrepared(cold('-(x|)', values), EMPTY, { waitedFor }));
      flush();
      expect(seen.error).toMatchObject({
        _tag: 'PreparationError',
        id: undefined,
        message: expect.stringContaining('no reason given'),
      });
    });
  });

  test('a status that this version does not know is told and waited through', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const later = { ...values, n: info('NEVER_HEARD_OF' as PrepareStatus) };
      expectObservable(untilPrepared(cold('-(n|)', later), cold('-(p|)', later), { waitedFor, period: 1 })).toBe(
        '-n-(p|)',
        later,
      );
    });
  });

  test('a poll slower than the period is delivered, one at a time', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const prepare = cold('        (r|)', values);
      const poll = cold('           ---------------(p|)', values);
      expectObservable(untilPrepared(prepare, poll, { waitedFor, period: 10 })).toBe('r 24ms (p|)', values);
      expectSubscriptions(poll.subscriptions).toBe('---------- ^--------------!');
    });
  });

  test('unsubscribing aborts the poll in flight, and the request before it', () => {
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

  test('errors when patience runs out, with the statuses that were seen and when', () => {
    inVirtualTime(({ cold, flush, time }) => {
      const polls = inTurn(cold('(i|)', values), cold('(i|)', values), cold('--------------------|', values));
      const patience = time('      ----------|');
      const seen = failureOf(untilPrepared(cold('(r|)', values), polls, { waitedFor, period: 3, patience }));
      flush();
      expect(seen.error).toMatchObject({
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

  test('a refresh asks at once', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const refresh$ = hot('        ---r');
      const stream = untilPrepared(cold('(r|)', values), cold('-(p|)', values), { waitedFor, period: 1000, refresh$ });
      expectObservable(stream).toBe('r---(p|)', values);
    });
  });

  test('a status that goes back from PREPARING to PREPARE_REQUESTED is told, is news, and is waited through', () => {
    const quiets: number[] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      const polls = inTurn(cold('-(r|)', values), cold('-(r|)', values), cold('-(i|)', values), cold('-(p|)', values));
      const period = (_: DownloadFileInfo, __: number, quiet: number): number => (quiets.push(quiet), 1);
      expectObservable(untilPrepared(cold('(i|)', values), polls, { waitedFor, period })).toBe('i-r---i-(p|)', values);
    });
    expect(quiets).toEqual([0, 0, 2, 0, 0]);
  });

  test('errors at once where the failure would not pass: what else there is to ask is not asked', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const refused = failure('UNAUTHORIZED');
      const poll = cold('-#', values, refused);
      expectObservable(untilPrepared(cold('(r|)', values), poll, { waitedFor, period: 2 })).toBe('r--#', values, refused);
      expectSubscriptions(poll.subscriptions).toBe('--^!');
    });
  });

  test('503 for a minute is borne: eight retries, seen by the observer, and not told otherwise', () => {
    const retries: RetryNotice[] = [];
    const busy = failure('SERVICE_UNAVAILABLE');
    inVirtualTime(({ cold, expectObservable, flush }) => {
      const poll = defer(() => (asyncScheduler.now() < 60_000 ? cold('-#', values, busy) : cold('-(p|)', values)));
      const stream = untilPrepared(cold('(r|)', values), poll, { waitedFor, period: 500, onRetry: (told) => retries.push(told) });
      expectObservable(stream).toBe('r 64008ms (p|)', values);
      flush();
    });
    expect(retries.map(({ attempt, delay }) => [attempt, delay])).toEqual([
      [1, 500], [2, 1000], [3, 2000], [4, 4000], [5, 8000], [6, 16_000], [7, 16_000], [8, 16_000],
    ]); // prettier-ignore
    expect(new Set(retries.map(({ operation }) => operation))).toEqual(new Set([busy.operation]));
    expect(retries[0]?.error).toBe(busy);
  });

  test('503 for ever ends with it, once the budget is spent', () => {
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

  test('a good answer refills the budget', () => {
    const busy = failure('SERVICE_UNAVAILABLE');
    inVirtualTime(({ cold, expectObservable }) => {
      const polls = inTurn(
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

  test('a refresh does not: the budget is that of the failures in a row', () => {
    const busy = failure('SERVICE_UNAVAILABLE');
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const refresh$ = hot('        -----r-----r');
      const poll = cold('#', values, busy);
      const stream = untilPrepared(cold('(r|)', values), poll, { waitedFor, period: 2, pollAttempts: 3, refresh$ });
      expectObservable(stream).toBe('r----------#', values, busy);
    });
  });

  test('a server that says how long to wait is heard: Retry-After wins over pause and period', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const polls = inTurn(cold('#', values, failure('SERVICE_UNAVAILABLE', 7000)), cold('(p|)', values));
      const stream = untilPrepared(cold('(r|)', values), polls, { waitedFor, period: 1 });
      expectObservable(stream).toBe('r 7000ms (p|)', values);
    });
  });

  test('unsubscribing during the pause after a failure sends nothing more', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('#', values, failure('SERVICE_UNAVAILABLE'));
      expectObservable(untilPrepared(cold('(r|)', values), poll, { waitedFor, period: 1 }), '400ms !').toBe('r', values);
      expectSubscriptions(poll.subscriptions).toBe('-(^!)');
    });
  });

  test('patience runs while polls fail, too', () => {
    inVirtualTime(({ cold, flush, time }) => {
      const poll = cold('#', values, failure('SERVICE_UNAVAILABLE'));
      const seen = failureOf(untilPrepared(cold('(r|)', values), poll, { waitedFor, period: 1, patience: time('1200ms |') }));
      flush();
      expect(seen.error).toMatchObject({ _tag: 'PatienceError', statuses: ['PREPARE_REQUESTED'] });
    });
  });

  test('the retries of the request itself are its own', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const prepare = inTurn(cold('#', values, failure('SERVICE_UNAVAILABLE')), cold('(p|)', values));
      expectObservable(untilPrepared(prepare, EMPTY, { waitedFor })).toBe('500ms (p|)', values);
    });
  });

  test('sends nothing before it is subscribed, and asks about its file in its session', () => {
    const asked: unknown[] = [];
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({
        'content.library.item.downloadsession.File.prepare': (input) => (asked.push(['prepare', input]), cold('-(r|)', values)),
        'content.library.item.downloadsession.File.get': (input) => (asked.push(['get', input]), cold('-(p|)', values)),
      });
      const stream = preparation(vc, 'session-1', 'disk.vmdk', { endpointType: 'HTTPS', period: 1 });
      expect(asked).toEqual([]);
      stream.subscribe();
      flush();
    });
    const names = { download_session_id: 'session-1', file_name: 'disk.vmdk' };
    expect(asked).toEqual([
      ['prepare', { ...names, endpoint_type: 'HTTPS' }],
      ['get', names],
    ]);
  });

  test('every failure of its own is one of the library', () => {
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

  test('deleted or expired: a LeaseError instead of a bare 404', () => {
    inVirtualTime(({ cold, flush }) => {
      const gone = failure('NOT_FOUND');
      const vc = scriptedVCenter({
        [prepareName]: () => cold('(r|)', values),
        [getName]: () => cold('-#', values, gone),
      });
      const seen = failureOf(preparation(vc, 'session-1', 'disk.vmdk'));
      flush();
      expect(seen.error).toMatchObject({ _tag: 'LeaseError', ending: 'gone', downloadSessionId: 'session-1', cause: gone });
    });
  });

  test('cancelled before the file was asked for: its state is asked for, and told', () => {
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({
        [prepareName]: () => cold('-#', values, failure('NOT_ALLOWED_IN_CURRENT_STATE')),
        [sessionName]: () => of({ ...active, state: 'CANCELED' }),
      });
      const seen = failureOf(preparation(vc, 'session-1', 'disk.vmdk'));
      flush();
      expect(seen.error).toMatchObject({ _tag: 'LeaseError', ending: 'cancelled' });
    });
  });

  test('refused, though the session is active: the refusal itself', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const refused = failure('NOT_ALLOWED_IN_CURRENT_STATE');
      const vc = scriptedVCenter({
        [prepareName]: () => cold('-#', values, refused),
        [sessionName]: () => cold('-(a|)', { a: active }),
      });
      expectObservable(preparation(vc, 'session-1', 'disk.vmdk')).toBe('--#', values, refused);
    });
  });

  test('cancelled while its files look as they did: noticed by a look every two minutes', () => {
    const looks: number[] = [];
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({
        [prepareName]: () => cold('(r|)', values),
        [getName]: () => cold('(r|)', values),
        [sessionName]: () => (
          looks.push(asyncScheduler.now()),
          of({ ...active, state: looks.length < 3 ? 'ACTIVE' : 'CANCELED' })
        ),
      });
      const seen = failureOf(preparation(vc, 'session-1', 'disk.vmdk', { period: 1000 }));
      flush();
      expect(seen.error).toMatchObject({ _tag: 'LeaseError', ending: 'cancelled' });
    });
    expect(looks).toEqual([120_000, 240_000, 360_000]);
  });
});
