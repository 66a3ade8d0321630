import { describe, expect, test } from '@jest/globals';
import { defer, EMPTY, finalize, type Observable } from 'rxjs';
import { ApiError, preparations, type DownloadFileInfo, type PrepareStatus } from 'rx-content-library';
import { prepareAll } from '#src/watching/preparations.js';
import { inVirtualTime } from '../support/marbles.ts';
import { scriptedVCenter } from '../support/scripted-vcenter.ts';

const info = (name: string, status: PrepareStatus): DownloadFileInfo => ({ name, bytes_transferred: 0, status });
const prepareName = 'content.library.item.downloadsession.File.prepare';
const listName = 'content.library.item.downloadsession.File.list';
const [ri, rr, ip, pp] = [
  [info('a', 'PREPARE_REQUESTED'), info('b', 'PREPARING')],
  [info('a', 'PREPARE_REQUESTED'), info('b', 'PREPARE_REQUESTED')],
  [info('a', 'PREPARING'), info('b', 'PREPARED')],
  [info('a', 'PREPARED'), info('b', 'PREPARED')],
];
const pictures = { q: rr, r: ri, s: ip, t: pp };

const failure = (error_type: string): ApiError => new ApiError({ operation: listName, status: 503, error_type, messages: [] });

/** Each subscription gets the next answer. */
const inTurn = <A>(...answers: Observable<A>[]): Observable<A> => defer(() => answers.shift() ?? EMPTY);

describe('preparations', () => {
  test('asks for every file, then polls all of them with one list a tick, and completes when all are PREPARED', () => {
    const asked: unknown[] = [];
    let lists = 0;
    inVirtualTime(({ cold, expectObservable }) => {
      const answers = inTurn(cold('-(r|)', pictures), cold('-(s|)', pictures), cold('-(t|)', pictures));
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) => (
          asked.push(file_name),
          cold('-(x|)', { x: info(String(file_name), 'PREPARE_REQUESTED') })
        ),
        [listName]: () => defer(() => ((lists += 1), answers)),
      });
      expectObservable(preparations(vc, 'session', ['a', 'b'], { period: 2 })).toBe('-q--r--s--(t|)', pictures);
    });
    expect(asked).toEqual(['a', 'b']);
    expect(lists).toBe(3);
  });

  test('without names it asks for all files of the session', () => {
    const asked: unknown[] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      const vc = scriptedVCenter({
        [listName]: () => cold('-(q|)', pictures),
        [prepareName]: ({ file_name }) => (asked.push(file_name), cold('-(x|)', { x: info(String(file_name), 'PREPARED') })),
      });
      expectObservable(preparations(vc, 'session')).toBe('--(t|)', pictures);
    });
    expect(asked).toEqual(['a', 'b']);
  });

  test('keeps the order asked for, whatever order the server lists', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) => cold('(x|)', { x: info(String(file_name), 'PREPARING') }),
        [listName]: () => cold('(x|)', { x: [info('c', 'UNPREPARED'), info('b', 'PREPARED'), info('a', 'PREPARED')] }),
      });
      const ii = [info('a', 'PREPARING'), info('b', 'PREPARING')];
      expectObservable(preparations(vc, 'session', ['a', 'b'], { period: 1 })).toBe('i(t|)', { ...pictures, i: ii });
    });
  });

  test('errors as soon as one file is ERROR, with its name', () => {
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) => cold('(x|)', { x: info(String(file_name), file_name === 'b' ? 'ERROR' : 'PREPARING') }),
      });
      let failure: unknown;
      preparations(vc, 'session', ['a', 'b']).subscribe({ error: (error: unknown) => (failure = error) });
      flush();
      expect(failure).toMatchObject({ _tag: 'PreparationError', file: 'b' });
    });
  });

  test('no names at all: one empty answer, and nothing is asked', () => {
    inVirtualTime(({ expectObservable }) => {
      expectObservable(preparations(scriptedVCenter({}), 'session', [])).toBe('(n|)', { n: [] });
    });
  });

  test('asks for eight at a time', () => {
    const names = Array.from({ length: 20 }, (_, index) => `file-${index}`);
    let [atOnce, most] = [0, 0];
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) =>
          defer(() => {
            most = Math.max(most, (atOnce += 1));
            return cold('-(x|)', { x: info(String(file_name), 'PREPARED') }).pipe(finalize(() => (atOnce -= 1)));
          }),
      });
      preparations(vc, 'session', names).subscribe();
      flush();
    });
    expect(most).toBe(8);
  });

  test('a failure of one request for preparation is retried alone, and so is a failing list', () => {
    const asked: unknown[] = [];
    const attempts: string[] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      const busy = failure('SERVICE_UNAVAILABLE');
      const answers = [cold<readonly DownloadFileInfo[]>('#', {}, busy), cold('(t|)', pictures)];
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) =>
          defer(() => {
            asked.push(file_name);
            return asked.length === 2 ? cold('#', {}, busy) : cold('(x|)', { x: info(String(file_name), 'PREPARE_REQUESTED') });
          }),
        [listName]: () => defer(() => answers.shift() ?? EMPTY),
      });
      const stream = preparations(vc, 'session', ['a', 'b'], {
        period: 2,
        onRetry: ({ operation, attempt }) => attempts.push(`${operation} ${attempt}`),
      });
      expectObservable(stream).toBe('500ms q 501ms (t|)', pictures);
    });
    expect(asked).toEqual(['a', 'b', 'b']);
    expect(attempts).toEqual([`${listName} 1`, `${listName} 1`]);
  });

  test('the growth of the period starts again when the file that is furthest behind has moved on, and not before', () => {
    const quiets: number[] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      // One of two moves on, then the other; then each gets ready.
      const [ir, ii] = [
        [info('a', 'PREPARING'), info('b', 'PREPARE_REQUESTED')],
        [info('a', 'PREPARING'), info('b', 'PREPARING')],
      ];
      const seen = { q: rr, m: ir, i: ii, s: ip, t: pp };
      const answers = inTurn(...['m', 'i', 's', 't'].map((letter) => cold(`(${letter}|)`, seen)));
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) => cold('(x|)', { x: info(String(file_name), 'PREPARE_REQUESTED') }),
        [listName]: () => answers,
      });
      const period = (_: unknown, __: number, quiet: number): number => (quiets.push(quiet), 1);
      expectObservable(preparations(vc, 'session', ['a', 'b'], { period })).toBe('qmis(t|)', seen);
    });
    expect(quiets).toEqual([0, 1, 0, 1, 0]);
  });

  test('patience tells which file had which status, and when', () => {
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) => cold('(x|)', { x: info(String(file_name), 'PREPARE_REQUESTED') }),
        [listName]: () => cold('(s|)', pictures),
      });
      let failed: unknown;
      preparations(vc, 'session', ['a', 'b'], { period: 2000, patience: 5000 }).subscribe({
        error: (error: unknown) => (failed = error),
      });
      flush();
      expect(failed).toMatchObject({
        _tag: 'PatienceError',
        history: [
          { file: 'a', status: 'PREPARE_REQUESTED', after: 0 },
          { file: 'b', status: 'PREPARE_REQUESTED', after: 0 },
          { file: 'a', status: 'PREPARING', after: 2000 },
          { file: 'b', status: 'PREPARED', after: 2000 },
        ],
        message:
          'The preparation of 2 files took longer than 5 s; observed: PREPARE_REQUESTED after 0 s, PREPARING after 2 s, PREPARED after 2 s. ' +
          'Allow more time, or check the item in the vSphere Client.',
      });
    });
  });

  test('the session is gone: a LeaseError instead of a bare 404', () => {
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({ [listName]: () => cold('-#', {}, failure('NOT_FOUND')) });
      let failed: unknown;
      preparations(vc, 'session').subscribe({ error: (error: unknown) => (failed = error) });
      flush();
      expect(failed).toMatchObject({ _tag: 'LeaseError', ending: 'gone', downloadSessionId: 'session' });
    });
  });

  test('unsubscribing aborts the requests in flight', () => {
    inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const prepare = cold('----------(x|)', { x: info('a', 'PREPARED') });
      const vc = scriptedVCenter({ [prepareName]: () => prepare });
      expectObservable(preparations(vc, 'session', ['a', 'b']), '---!').toBe('----');
      expectSubscriptions(prepare.subscriptions).toBe(['^--!', '^--!']);
    });
  });
});

test('for a download, ERROR is an outcome of its file: the others are watched to their end', () => {
  inVirtualTime(({ cold, expectObservable }) => {
    const e = [info('a', 'PREPARING'), info('b', 'ERROR')];
    const z = [info('a', 'PREPARED'), info('b', 'ERROR')];
    const vc = scriptedVCenter({
      [prepareName]: ({ file_name }) => cold('(x|)', { x: info(String(file_name), file_name === 'b' ? 'ERROR' : 'PREPARING') }),
      [listName]: () => cold('(z|)', { z }),
    });
    expectObservable(prepareAll(vc, 'session', ['a', 'b'], { period: 1 })).toBe('e(z|)', { e, z });
  });
});
