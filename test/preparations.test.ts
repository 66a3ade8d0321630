import { describe, expect, test } from '@jest/globals';
import { defer, EMPTY, type Observable } from 'rxjs';
import { preparations, type DownloadFileInfo, type PrepareStatus } from 'rx-content-library';
import { untilSettled } from '#src/preparations.js';
import { inVirtualTime } from './support/marbles.ts';
import { scriptedVCenter } from './support/scripted-vcenter.ts';

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
    expectObservable(untilSettled(vc, 'session', ['a', 'b'], { period: 1 })).toBe('e(z|)', { e, z });
  });
});
