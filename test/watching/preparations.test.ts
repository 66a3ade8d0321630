import { describe, expect, test } from '@jest/globals';
import { ApiError, preparations, type DownloadFileInfo, type PrepareStatus } from 'rx-content-library';
import { defer, EMPTY, finalize, type Observable } from 'rxjs';
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
const responsesByLetter = { q: rr, r: ri, s: ip, t: pp };

const failure = (error_type: string): ApiError => new ApiError({ operation: listName, status: 503, error_type, messages: [] });

/** Each subscription gets the next response. */
const inSequence = <A>(...responses: Observable<A>[]): Observable<A> => defer(() => responses.shift() ?? EMPTY);

describe('preparations', () => {
  test('requests every file, then polls with one list request, and completes when all are PREPARED', () => {
    const requests: unknown[] = [];
    let lists = 0;
    inVirtualTime(({ cold, expectObservable }) => {
      const responses = inSequence(
        cold('-(r|)', responsesByLetter),
        cold('-(s|)', responsesByLetter),
        cold('-(t|)', responsesByLetter),
      );
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) => (
          requests.push(file_name),
          cold('-(x|)', { x: info(String(file_name), 'PREPARE_REQUESTED') })
        ),
        [listName]: () => defer(() => ((lists += 1), responses)),
      });
      expectObservable(preparations(vc, 'session', ['a', 'b'], { period: 2 })).toBe('-q--r--s--(t|)', responsesByLetter);
    });
    expect(requests).toEqual(['a', 'b']);
    expect(lists).toBe(3);
  });

  test('without names it prepares all files of the session', () => {
    const requests: unknown[] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      const vc = scriptedVCenter({
        [listName]: () => cold('-(q|)', responsesByLetter),
        [prepareName]: ({ file_name }) => (requests.push(file_name), cold('-(x|)', { x: info(String(file_name), 'PREPARED') })),
      });
      expectObservable(preparations(vc, 'session')).toBe('--(t|)', responsesByLetter);
    });
    expect(requests).toEqual(['a', 'b']);
  });

  test('emits in the order of the names, not in that of the server', () => {
    inVirtualTime(({ cold, expectObservable }) => {
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) => cold('(x|)', { x: info(String(file_name), 'PREPARING') }),
        [listName]: () => cold('(x|)', { x: [info('c', 'UNPREPARED'), info('b', 'PREPARED'), info('a', 'PREPARED')] }),
      });
      const ii = [info('a', 'PREPARING'), info('b', 'PREPARING')];
      expectObservable(preparations(vc, 'session', ['a', 'b'], { period: 1 })).toBe('i(t|)', { ...responsesByLetter, i: ii });
    });
  });

  test('errors as soon as one file is ERROR, with the name of the file', () => {
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

  test('an empty list of names emits an empty list, and sends nothing', () => {
    inVirtualTime(({ expectObservable }) => {
      expectObservable(preparations(scriptedVCenter({}), 'session', [])).toBe('(n|)', { n: [] });
    });
  });

  test('sends eight prepare requests at a time', () => {
    const names = Array.from({ length: 20 }, (_, index) => `file-${index}`);
    let [active, maxActive] = [0, 0];
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) =>
          defer(() => {
            maxActive = Math.max(maxActive, (active += 1));
            return cold('-(x|)', { x: info(String(file_name), 'PREPARED') }).pipe(finalize(() => (active -= 1)));
          }),
      });
      preparations(vc, 'session', names).subscribe();
      flush();
    });
    expect(maxActive).toBe(8);
  });

  test('retries only the prepare request that failed, and a failed list request', () => {
    const requests: unknown[] = [];
    const attempts: string[] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      const busy = failure('SERVICE_UNAVAILABLE');
      const responses = [cold<readonly DownloadFileInfo[]>('#', {}, busy), cold('(t|)', responsesByLetter)];
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) =>
          defer(() => {
            requests.push(file_name);
            return requests.length === 2
              ? cold('#', {}, busy)
              : cold('(x|)', { x: info(String(file_name), 'PREPARE_REQUESTED') });
          }),
        [listName]: () => defer(() => responses.shift() ?? EMPTY),
      });
      const stream = preparations(vc, 'session', ['a', 'b'], {
        period: 2,
        onRetry: ({ operation, attempt }) => attempts.push(`${operation} ${attempt}`),
      });
      expectObservable(stream).toBe('500ms q 501ms (t|)', responsesByLetter);
    });
    expect(requests).toEqual(['a', 'b', 'b']);
    expect(attempts).toEqual([`${listName} 1`, `${listName} 1`]);
  });

  test('the growth of the period restarts when the status of the slowest file has changed, not before', () => {
    const times: number[] = [];
    inVirtualTime(({ cold, expectObservable }) => {
      // One of two progresses, then the other; then each is prepared.
      const [ir, ii] = [
        [info('a', 'PREPARING'), info('b', 'PREPARE_REQUESTED')],
        [info('a', 'PREPARING'), info('b', 'PREPARING')],
      ];
      const byLetter = { q: rr, m: ir, i: ii, s: ip, t: pp };
      const responses = inSequence(...['m', 'i', 's', 't'].map((letter) => cold(`(${letter}|)`, byLetter)));
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) => cold('(x|)', { x: info(String(file_name), 'PREPARE_REQUESTED') }),
        [listName]: () => responses,
      });
      const period = (_: unknown, __: number, sinceProgress: number): number => (times.push(sinceProgress), 1);
      expectObservable(preparations(vc, 'session', ['a', 'b'], { period })).toBe('qmis(t|)', byLetter);
    });
    expect(times).toEqual([0, 1, 0, 1, 0]);
  });

  test('PatienceError contains the statuses of each file, and their times', () => {
    inVirtualTime(({ cold, flush }) => {
      const vc = scriptedVCenter({
        [prepareName]: ({ file_name }) => cold('(x|)', { x: info(String(file_name), 'PREPARE_REQUESTED') }),
        [listName]: () => cold('(s|)', responsesByLetter),
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

  test('errors with a LeaseError instead of the 404 if the session has ended', () => {
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

test('prepareAll continues after an ERROR until all other files are settled', () => {
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

test('prepareAll emits early infos after the first response and then after every eighth', () => {
  inVirtualTime(({ cold, expectObservable }) => {
    const names = Array.from({ length: 18 }, (_, index) => `${index}`);
    const infos = names.map((name) => info(name, 'PREPARED'));
    const vc = scriptedVCenter({ [prepareName]: ({ file_name }) => cold('-(x|)', { x: info(String(file_name), 'PREPARED') }) });
    const prepared$ = prepareAll(vc, 'session', names, { period: 1, emitsEarlyInfos: true });
    const [a, b, c, z] = [1, 9, 17, 18].map((count) => infos.slice(0, count));
    expectObservable(prepared$).toBe('-ab(cz|)', { a, b, c, z });
  });
});
