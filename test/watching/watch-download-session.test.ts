import { describe, expect, test } from '@jest/globals';
import {
  ApiError,
  watchDownloadSession,
  type DownloadFileInfo,
  type DownloadSessionModel,
  type PrepareStatus,
  type RetryNotice,
  type VCenter,
  type WatchedSession,
  type WatchOptions,
} from 'rx-content-library';
import { defer, map, NEVER, of, retry, Subject, throwError, timer, type Observable } from 'rxjs';
import { inVirtualTime } from '../support/marbles.ts';
import { scriptedVCenter } from '../support/scripted-vcenter.ts';

const getName = 'content.library.item.DownloadSession.get';
const listName = 'content.library.item.downloadsession.File.list';

const active: DownloadSessionModel = { library_item_id: 'item-1', state: 'ACTIVE' };
const file = (name: string, status: PrepareStatus, bytes = 0): DownloadFileInfo => ({ name, status, bytes_transferred: bytes });
const states: Readonly<Record<string, WatchedSession>> = {
  a: { session: active, files: [file('disk.vmdk', 'PREPARE_REQUESTED')] },
  b: { session: active, files: [file('disk.vmdk', 'PREPARING', 5)] },
  c: { session: active, files: [file('disk.vmdk', 'PREPARED', 9)] },
};

/** A connection whose session has these states in sequence, and the number of requests. */
const scripted = (responses: readonly Observable<WatchedSession>[]): { vc: VCenter; counts: { gets: number; lists: number } } => {
  const counts = { gets: 0, lists: 0 };
  const at = (index: number): Observable<WatchedSession> => responses[Math.min(index, responses.length - 1)] ?? NEVER;
  return {
    counts,
    vc: scriptedVCenter({
      [getName]: () => defer(() => at(counts.gets++).pipe(map(({ session }) => session))),
      [listName]: () => defer(() => at(counts.lists++).pipe(map(({ files }) => files))),
    }),
  };
};

const failure = (error_type: string, id = 'com.vmware.some.id'): ApiError =>
  new ApiError({ operation: listName, status: 0, error_type, messages: [{ id, default_message: 'Message.', args: [] }] });

const watch = (vc: VCenter, options: WatchOptions = {}): Observable<WatchedSession> =>
  watchDownloadSession(vc, 'session', options);

describe('watching a download session', () => {
  test('emits the session and its files at once and on every change: the marble of the docs', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const polls = ['a', 'b', 'c'].map((letter) => cold(`-(${letter}|)`, states));
      const { vc } = scripted(polls);
      expectObservable(watch(vc, { period: 7 }), '------------------!').toBe('-a-------b-------c', states);
      expectObservable(watch(vc, { period: 7 }), '-----^-------!').toBe('-----a---b', states);
      expectSubscriptions(polls[0]?.subscriptions ?? []).toBe(['^!', '^!']);
    });
  });

  test('emits changed responses only, and unchanged files stay the same object', () => {
    const unchanged = { ...states['b'], files: [...(states['b']?.files ?? []), file('a.ovf', 'PREPARING')] } as WatchedSession;
    const changed = { ...unchanged, files: [file('disk.vmdk', 'PREPARING', 6), file('a.ovf', 'PREPARING')] };
    const emitted: WatchedSession[] = [];
    inVirtualTime(({ flush }) => {
      const { vc } = scripted([of(unchanged), of(structuredClone(unchanged)), of(changed)]);
      const watching = watch(vc, { period: 1 }).subscribe((state) => emitted.push(state));
      timer(10).subscribe(() => watching.unsubscribe());
      flush();
    });
    expect(emitted).toEqual([unchanged, changed]);
    expect(emitted[1]?.files[1]).toBe(emitted[0]?.files[1]);
  });

  test('sends nothing before a subscription, and then two requests per poll', () => {
    const requests: unknown[] = [];
    inVirtualTime(({ flush }) => {
      const vc = scriptedVCenter({
        [getName]: (input) => (requests.push(['get', input]), of(active)),
        [listName]: (input) => (requests.push(['list', input]), of([])),
      });
      const watching$ = watchDownloadSession(vc, 'session-1', { period: 10 });
      expect(requests).toEqual([]);
      const watching = watching$.subscribe();
      timer(5).subscribe(() => watching.unsubscribe());
      flush();
    });
    const input = { download_session_id: 'session-1' };
    expect(requests).toEqual([
      ['get', input],
      ['list', input],
    ]);
  });
});

describe('subscribers of one session', () => {
  test('a thousand share one poll', () => {
    const { vc, counts } = scripted([of(states['a'] as WatchedSession)]);
    inVirtualTime(({ flush }) => {
      for (let index = 0; index < 1000; index += 1) {
        const watching = watch(vc, { period: 100 }).subscribe();
        timer(1050).subscribe(() => watching.unsubscribe());
      }
      flush();
    });
    expect(counts).toEqual({ gets: 11, lists: 11 });
  });

  test('with different periods, one late and one early to unsubscribe, send exactly the requests of the docs', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('(a|)', states);
      const { vc } = scripted([poll]);
      //               0      7  10 13 16 19        29
      const slow = '   ^-------------------------------!';
      const quick = '  -------^-------------!';
      expectObservable(watch(vc, { period: 10 }), slow).toBe('a', states);
      // At 7 the last response is older than its period of 3: a poll at once. After it has unsubscribed, the period is 10 again.
      expectObservable(watch(vc, { period: 3 }), quick).toBe('-------a', states);
      const polls = [0, 7, 10, 13, 16, 19, 29].map((time) => `${'-'.repeat(time)}(^!)`);
      expectSubscriptions(poll.subscriptions).toBe(polls.flatMap((marble) => [marble, marble]));
    });
  });

  test('that are late receive the last response, and poll only after their own period', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('--(a|)', states);
      const { vc } = scripted([poll]);
      expectObservable(watch(vc, { period: 20 }), '  ^--------------!').toBe('--a', states);
      expectObservable(watch(vc, { period: 8 }), '   ----^----------!').toBe('----a', states);
      const polls = ['^-!', '----------^-!'];
      expectSubscriptions(poll.subscriptions).toBe(polls.flatMap((marble) => [marble, marble]));
    });
  });

  test('that subscribe while a poll is in flight wait for it', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('-----(a|)', states);
      const { vc } = scripted([poll]);
      expectObservable(watch(vc, { period: 20 }), '  ^-------!').toBe('-----a', states);
      expectObservable(watch(vc, { period: 1 }), '   --^---!').toBe('-----a', states);
      expectSubscriptions(poll.subscriptions).toBe(['^----!', '^----!']);
    });
  });

  test('abort the poll in flight when the last unsubscribes; the next one starts again', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('---(a|)', states);
      const { vc } = scripted([poll]);
      expectObservable(watch(vc, { period: 2 }), '^------!').toBe('---a', states);
      expectObservable(watch(vc, { period: 2 }), '--^--!').toBe('---a', states);
      expectObservable(watch(vc, { period: 9 }), '-----------^----!').toBe('--------------a', states);
      const polls = ['^--!', '-----^-!', '-----------^--!'];
      expectSubscriptions(poll.subscriptions).toBe(polls.flatMap((marble) => [marble, marble]));
    });
  });

  test('share the poll of a refresh', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const { vc } = scripted([cold('(a|)', states), cold('(b|)', states)]);
      const refresh$ = hot('                                     ----r');
      expectObservable(watch(vc, { period: 100 }), '             ^-----!').toBe('a---b', states);
      expectObservable(watch(vc, { period: 100, refresh$ }), '   ^-----!').toBe('a---b', states);
    });
  });

  test('share the polls of a period that changes', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('(a|)', states);
      const { vc } = scripted([poll]);
      const period = cold('----q---------s', { q: 3, s: 100 });
      expectObservable(watch(vc, { period: 100 }), '             ^------------------!').toBe('a', states);
      expectObservable(watch(vc, { period }), '                  ^------------------!').toBe('a', states);
      const polls = ['(^!)', '----(^!)', '-------(^!)', '----------(^!)', '-------------(^!)'];
      expectSubscriptions(poll.subscriptions).toBe(polls.flatMap((marble) => [marble, marble]));
    });
  });

  test('are isolated from a period function of another one that throws', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const { vc } = scripted([cold('(a|)', states), cold('(b|)', states)]);
      const period = (): number => {
        throw new Error('thrown by the period');
      };
      expectObservable(watch(vc, { period: 4 }), '-^----!').toBe('-a---b', states);
      expectObservable(watch(vc, { period }), '   -^----!').toBe('-(a#)', states, new Error('thrown by the period'));
    });
  });

  test('of other sessions and connections have their own polls', () => {
    const one = scripted([of(states['a'] as WatchedSession)]);
    const other = scripted([of(states['a'] as WatchedSession)]);
    inVirtualTime(({ expectObservable }) => {
      expectObservable(watchDownloadSession(one.vc, 'session'), '--!').toBe('a', states);
      expectObservable(watchDownloadSession(one.vc, 'another'), '--!').toBe('a', states);
      expectObservable(watchDownloadSession(other.vc, 'session'), '--!').toBe('a', states);
    });
    expect([one.counts.lists, other.counts.lists]).toEqual([2, 1]);
  });

  test('all receive a failure, and share one poll again when they retry', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const rejected = failure('UNAUTHORIZED');
      const poll = cold('-(b|)', states);
      const { vc } = scripted([cold('--#', states, rejected), poll]);
      const again$ = watch(vc).pipe(retry({ count: 1 }));
      expectObservable(watch(vc), '--^---!').toBe('----#', states, rejected);
      expectObservable(again$, '--^---!').toBe('-----b', states);
      expectObservable(again$, '--^---!').toBe('-----b', states);
      expectSubscriptions(poll.subscriptions).toBe(['----^!', '----^!']);
    });
  });
});

describe('the end of a scripted session', () => {
  test('deleted or expired: a LeaseError instead of the 404', () => {
    inVirtualTime(({ cold, flush }) => {
      const rejected = failure('NOT_FOUND');
      const { vc } = scripted([cold('(a|)', states), cold('#', states, rejected)]);
      const errors: unknown[] = [];
      watch(vc, { period: 1 }).subscribe({ error: (error: unknown) => errors.push(error) });
      flush();
      expect(errors).toMatchObject([
        {
          _tag: 'LeaseError',
          ending: 'gone',
          downloadSessionId: 'session',
          cause: rejected,
          message: expect.stringContaining('expired'),
        },
      ]);
    });
  });

  test('an unknown route is not mistaken for the end of the session', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const rejected = failure('NOT_FOUND', 'com.vmware.vapi.rest.httpNotFound');
      expectObservable(watch(scripted([cold('-#', states, rejected)]).vc)).toBe('-#', states, rejected);
    });
  });

  test.each([
    ['cancelled', { ...active, state: 'CANCELED' }, 'cancelled', 'it was cancelled'],
    [
      'failed',
      { ...active, state: 'ERROR', error_message: { id: 'id', default_message: 'The disk is full.', args: [] } },
      'failed',
      'The disk is full.',
    ],
    ['failed without a message', { ...active, state: 'ERROR' }, 'failed', 'the server sent no reason'],
  ] as const)('%s: emits its state, then errors with a LeaseError', (_, session, ending, message) => {
    inVirtualTime(({ flush }) => {
      const ended: WatchedSession = { session, files: [] };
      const emitted: unknown[] = [];
      watch(scripted([of(ended)]).vc).subscribe({
        next: (state) => emitted.push(state),
        error: (error: unknown) => emitted.push(error),
      });
      flush();
      expect(emitted).toMatchObject([ended, { _tag: 'LeaseError', ending, message: expect.stringContaining(message) }]);
    });
  });
});

test('503 for a minute: every onRetry is called for every retry, and nothing is emitted', () => {
  inVirtualTime(({ cold, expectObservable, flush }) => {
    const busy = failure('SERVICE_UNAVAILABLE');
    const { vc } = scripted([
      of(states['a'] as WatchedSession),
      ...Array.from({ length: 8 }, () => throwError(() => busy)),
      of(states['b'] as WatchedSession),
    ]);
    const delays: [string, number, number][] = [];
    const retry$ = new Subject<RetryNotice>();
    let isCompleted = false;
    retry$.subscribe({
      next: ({ attempt, delay }) => delays.push(['one', attempt, delay]),
      complete: () => (isCompleted = true),
    });
    const other = ({ attempt, delay }: RetryNotice): number => delays.push(['other', attempt, delay]);
    expectObservable(watch(vc, { period: 500, onRetry: retry$ }), '65s !').toBe('a 63999ms b', states);
    expectObservable(watch(vc, { period: 500, onRetry: other, pollAttempts: 1 }), '65s !').toBe('a 63999ms b', states);
    void cold;
    flush();
    expect(delays.filter(([name]) => name === 'one').map(([, , delay]) => delay)).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 16_000, 16_000,
    ]);
    expect(delays.filter(([name]) => name === 'other')).toHaveLength(8);
    expect(isCompleted).toBe(false);
  });
});
