import { describe, expect, test } from '@jest/globals';
import { defer, EMPTY, type Observable } from 'rxjs';
import {
  isContentLibraryError,
  preparation,
  type ContentLibraryError,
  type DownloadFileInfo,
  type PrepareStatus,
} from 'rx-content-library';
import { untilPrepared } from '#src/preparation.js';
import { inVirtualTime } from './support/marbles.ts';
import { scriptedVCenter } from './support/scripted-vcenter.ts';

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
        said: 'The disk is locked.',
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
        message: expect.stringContaining('it sent no reason'),
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

  test('errors when patience runs out, with the statuses that were seen', () => {
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
