import { describe, expect, test } from '@jest/globals';
import { defer, map, NEVER, of, retry, Subject, throwError, timer, type Observable } from 'rxjs';
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
import { inVirtualTime } from '../support/marbles.ts';
import { scriptedVCenter } from '../support/scripted-vcenter.ts';

const getName = 'content.library.item.DownloadSession.get';
const listName = 'content.library.item.downloadsession.File.list';

const active: DownloadSessionModel = { library_item_id: 'item-1', state: 'ACTIVE' };
const file = (name: string, status: PrepareStatus, bytes = 0): DownloadFileInfo => ({ name, status, bytes_transferred: bytes });
const pictures: Readonly<Record<string, WatchedSession>> = {
  a: { session: active, files: [file('disk.vmdk', 'PREPARE_REQUESTED')] },
  b: { session: active, files: [file('disk.vmdk', 'PREPARING', 5)] },
  c: { session: active, files: [file('disk.vmdk', 'PREPARED', 9)] },
};

/** A connection whose session looks as the pictures say, one after the other, and how often it was looked at. */
const watched = (seen: readonly Observable<WatchedSession>[]): { vc: VCenter; counts: { gets: number; lists: number } } => {
  const counts = { gets: 0, lists: 0 };
  const at = (index: number): Observable<WatchedSession> => seen[Math.min(index, seen.length - 1)] ?? NEVER;
  return {
    counts,
    vc: scriptedVCenter({
      [getName]: () => defer(() => at(counts.gets++).pipe(map(({ session }) => session))),
      [listName]: () => defer(() => at(counts.lists++).pipe(map(({ files }) => files))),
    }),
  };
};

const failure = (error_type: string, id = 'com.vmware.some.id'): ApiError =>
  new ApiError({ operation: listName, status: 0, error_type, messages: [{ id, default_message: 'Said.', args: [] }] });

const watch = (vc: VCenter, options: WatchOptions = {}): Observable<WatchedSession> =>
  watchDownloadSession(vc, 'session', options);

describe('watching a download session', () => {
  test('tells the session and its files at once and whenever something has changed: the marble of the docs', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const polls = ['a', 'b', 'c'].map((letter) => cold(`-(${letter}|)`, pictures));
      const { vc } = watched(polls);
      expectObservable(watch(vc, { period: 7 }), '------------------!').toBe('-a-------b-------c', pictures);
      expectObservable(watch(vc, { period: 7 }), '-----^-------!').toBe('-----a---b', pictures);
      expectSubscriptions(polls[0]?.subscriptions ?? []).toBe(['^!', '^!']);
    });
  });

  test('an answer that says the same is not told, and a file that did not change stays the same object', () => {
    const still = { ...pictures['b'], files: [...(pictures['b']?.files ?? []), file('a.ovf', 'PREPARING')] } as WatchedSession;
    const moved = { ...still, files: [file('disk.vmdk', 'PREPARING', 6), file('a.ovf', 'PREPARING')] };
    const told: WatchedSession[] = [];
    inVirtualTime(({ flush }) => {
      const { vc } = watched([of(still), of(structuredClone(still)), of(moved)]);
      const watching = watch(vc, { period: 1 }).subscribe((picture) => told.push(picture));
      timer(10).subscribe(() => watching.unsubscribe());
      flush();
    });
    expect(told).toEqual([still, moved]);
    expect(told[1]?.files[1]).toBe(told[0]?.files[1]);
  });

  test('sends nothing before it is subscribed, and asks about its session: two requests a poll', () => {
    const asked: unknown[] = [];
    inVirtualTime(({ flush }) => {
      const vc = scriptedVCenter({
        [getName]: (input) => (asked.push(['get', input]), of(active)),
        [listName]: (input) => (asked.push(['list', input]), of([])),
      });
      const watching$ = watchDownloadSession(vc, 'session-1', { period: 10 });
      expect(asked).toEqual([]);
      const watching = watching$.subscribe();
      timer(5).subscribe(() => watching.unsubscribe());
      flush();
    });
    const input = { download_session_id: 'session-1' };
    expect(asked).toEqual([
      ['get', input],
      ['list', input],
    ]);
  });
});

describe('many who watch one session', () => {
  test('a thousand of them are one poll a tick', () => {
    const { vc, counts } = watched([of(pictures['a'] as WatchedSession)]);
    inVirtualTime(({ flush }) => {
      for (let onlooker = 0; onlooker < 1000; onlooker += 1) {
        const watching = watch(vc, { period: 100 }).subscribe();
        timer(1050).subscribe(() => watching.unsubscribe());
      }
      flush();
    });
    expect(counts).toEqual({ gets: 11, lists: 11 });
  });

  test('two with different periods, one late, one leaving early: exactly the requests that the docs say', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('(a|)', pictures);
      const { vc } = watched([poll]);
      //               0      7  10 13 16 19        29
      const slow = '   ^-------------------------------!';
      const quick = '  -------^-------------!';
      expectObservable(watch(vc, { period: 10 }), slow).toBe('a', pictures);
      // The last answer is older than three when it comes, so that it polls at once, and older than ten ten after it has left.
      expectObservable(watch(vc, { period: 3 }), quick).toBe('-------a', pictures);
      const polls = [0, 7, 10, 13, 16, 19, 29].map((time) => `${'-'.repeat(time)}(^!)`);
      expectSubscriptions(poll.subscriptions).toBe(polls.flatMap((marble) => [marble, marble]));
    });
  });

  test('one who comes late finds the last answer, and does not poll before his own period has passed', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('--(a|)', pictures);
      const { vc } = watched([poll]);
      expectObservable(watch(vc, { period: 20 }), '  ^--------------!').toBe('--a', pictures);
      expectObservable(watch(vc, { period: 8 }), '   ----^----------!').toBe('----a', pictures);
      const polls = ['^-!', '----------^-!'];
      expectSubscriptions(poll.subscriptions).toBe(polls.flatMap((marble) => [marble, marble]));
    });
  });

  test('one who comes while a poll is in flight waits for that one', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('-----(a|)', pictures);
      const { vc } = watched([poll]);
      expectObservable(watch(vc, { period: 20 }), '  ^-------!').toBe('-----a', pictures);
      expectObservable(watch(vc, { period: 1 }), '   --^---!').toBe('-----a', pictures);
      expectSubscriptions(poll.subscriptions).toBe(['^----!', '^----!']);
    });
  });

  test('nothing runs when the last has left, the poll in flight is aborted, and the next one begins anew', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('---(a|)', pictures);
      const { vc } = watched([poll]);
      expectObservable(watch(vc, { period: 2 }), '^------!').toBe('---a', pictures);
      expectObservable(watch(vc, { period: 2 }), '--^--!').toBe('---a', pictures);
      expectObservable(watch(vc, { period: 9 }), '-----------^----!').toBe('--------------a', pictures);
      const polls = ['^--!', '-----^-!', '-----------^--!'];
      expectSubscriptions(poll.subscriptions).toBe(polls.flatMap((marble) => [marble, marble]));
    });
  });

  test('a refresh by one of them is a poll for all', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      const { vc } = watched([cold('(a|)', pictures), cold('(b|)', pictures)]);
      const refresh$ = hot('                                     ----r');
      expectObservable(watch(vc, { period: 100 }), '             ^-----!').toBe('a---b', pictures);
      expectObservable(watch(vc, { period: 100, refresh$ }), '   ^-----!').toBe('a---b', pictures);
    });
  });

  test('one whose period changes takes the others along', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const poll = cold('(a|)', pictures);
      const { vc } = watched([poll]);
      const period = cold('----q---------s', { q: 3, s: 100 });
      expectObservable(watch(vc, { period: 100 }), '             ^------------------!').toBe('a', pictures);
      expectObservable(watch(vc, { period }), '                  ^------------------!').toBe('a', pictures);
      const polls = ['(^!)', '----(^!)', '-------(^!)', '----------(^!)', '-------------(^!)'];
      expectSubscriptions(poll.subscriptions).toBe(polls.flatMap((marble) => [marble, marble]));
    });
  });

  test('a period that throws ends the stream of the one whose it is, and of nobody else', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const { vc } = watched([cold('(a|)', pictures), cold('(b|)', pictures)]);
      const period = (): number => {
        throw new Error('mine');
      };
      expectObservable(watch(vc, { period: 4 }), '-^----!').toBe('-a---b', pictures);
      expectObservable(watch(vc, { period }), '   -^----!').toBe('-(a#)', pictures, new Error('mine'));
    });
  });

  test('other sessions, and other connections, have polls of their own', () => {
    const one = watched([of(pictures['a'] as WatchedSession)]);
    const other = watched([of(pictures['a'] as WatchedSession)]);
    inVirtualTime(({ expectObservable }) => {
      expectObservable(watchDownloadSession(one.vc, 'session'), '--!').toBe('a', pictures);
      expectObservable(watchDownloadSession(one.vc, 'another'), '--!').toBe('a', pictures);
      expectObservable(watchDownloadSession(other.vc, 'session'), '--!').toBe('a', pictures);
    });
    expect([one.counts.lists, other.counts.lists]).toEqual([2, 1]);
  });

  test('a failure is told to all, and each may begin anew: again one poll for all', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const refused = failure('UNAUTHORIZED');
      const poll = cold('-(b|)', pictures);
      const { vc } = watched([cold('--#', pictures, refused), poll]);
      const again$ = watch(vc).pipe(retry({ count: 1 }));
      expectObservable(watch(vc), '--^---!').toBe('----#', pictures, refused);
      expectObservable(again$, '--^---!').toBe('-----b', pictures);
      expectObservable(again$, '--^---!').toBe('-----b', pictures);
      expectSubscriptions(poll.subscriptions).toBe(['----^!', '----^!']);
    });
  });
});

describe('the end of a session that is watched', () => {
  test('deleted or expired: a LeaseError instead of a bare 404', () => {
    inVirtualTime(({ cold, flush }) => {
      const refused = failure('NOT_FOUND');
      const { vc } = watched([cold('(a|)', pictures), cold('#', pictures, refused)]);
      const errors: unknown[] = [];
      watch(vc, { period: 1 }).subscribe({ error: (error: unknown) => errors.push(error) });
      flush();
      expect(errors).toMatchObject([
        {
          _tag: 'LeaseError',
          ending: 'gone',
          downloadSessionId: 'session',
          cause: refused,
          message: expect.stringContaining('expired'),
        },
      ]);
    });
  });

  test('a server that does not know the operation is not taken for a session that is gone', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const refused = failure('NOT_FOUND', 'com.vmware.vapi.rest.httpNotFound');
      expectObservable(watch(watched([cold('-#', pictures, refused)]).vc)).toBe('-#', pictures, refused);
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
    ['failed without a word', { ...active, state: 'ERROR' }, 'failed', 'the server sent no reason'],
  ] as const)('%s: it is told as it is, then the LeaseError comes', (_, session, ending, said) => {
    inVirtualTime(({ flush }) => {
      const over: WatchedSession = { session, files: [] };
      const told: unknown[] = [];
      watch(watched([of(over)]).vc).subscribe({
        next: (picture) => told.push(picture),
        error: (error: unknown) => told.push(error),
      });
      flush();
      expect(told).toMatchObject([over, { _tag: 'LeaseError', ending, message: expect.stringContaining(said) }]);
    });
  });
});

test('503 for a minute: everybody’s observer is told of every retry, and nobody else notices', () => {
  inVirtualTime(({ cold, expectObservable, flush }) => {
    const busy = failure('SERVICE_UNAVAILABLE');
    const { vc } = watched([
      of(pictures['a'] as WatchedSession),
      ...Array.from({ length: 8 }, () => throwError(() => busy)),
      of(pictures['b'] as WatchedSession),
    ]);
    const delays: [string, number, number][] = [];
    const seen = new Subject<RetryNotice>();
    let ended = false;
    seen.subscribe({
      next: ({ attempt, delay }) => delays.push(['one', attempt, delay]),
      complete: () => (ended = true),
    });
    const other = ({ attempt, delay }: RetryNotice): number => delays.push(['other', attempt, delay]);
    expectObservable(watch(vc, { period: 500, onRetry: seen }), '65s !').toBe('a 63999ms b', pictures);
    expectObservable(watch(vc, { period: 500, onRetry: other, pollAttempts: 1 }), '65s !').toBe('a 63999ms b', pictures);
    void cold;
    flush();
    expect(delays.filter(([who]) => who === 'one').map(([, , delay]) => delay)).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 16_000, 16_000,
    ]);
    expect(delays.filter(([who]) => who === 'other')).toHaveLength(8);
    expect(ended).toBe(false);
  });
});
