import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { Subject } from 'rxjs';
import { SinkError, TimeoutError, type DownloadEvent } from 'rx-content-library';
import { display } from '#src/cli/display.js';
import { codeOf, runNode } from './command.ts';
import { terminal } from './terminal.ts';
import { progress, saved, status } from '../support/events.ts';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** A download whose events the test makes, drawn on a terminal. */
const start = (columns = 100, rows?: number) => {
  const screen = terminal(columns, rows);
  const events$ = new Subject<DownloadEvent>();
  const passed: DownloadEvent[] = [];
  const subscription = events$.pipe(display(screen.stream)).subscribe({
    next: (event) => {
      passed.push(event);
      if (event.type === 'saved') screen.stream.write(`${event.file} is there\n`);
    },
    error: () => undefined,
  });
  return {
    ...screen,
    passed,
    subscription,
    /** Events, and then the time until the next drawing and a little more. */
    tell: (...events: readonly DownloadEvent[]) => {
      for (const event of events) events$.next(event);
      jest.advanceTimersByTime(100);
    },
    end: () => events$.complete(),
    fail: () => events$.error(new Error('x')),
  };
};

const opened = (...names: readonly string[]): DownloadEvent => ({
  type: 'opened',
  itemId: 'item-1',
  itemName: 'ubuntu',
  dialect: 'api',
  strategy: 'session',
  contentVersion: '1',
  files: names.map((name) => ({ name })),
});
const closed: DownloadEvent = { type: 'closed', files: 2, failed: 0, bytes: 4000, duration: 1000 };

const bar = (full: number): string => '█'.repeat(full) + '░'.repeat(24 - full);

test('a reader sees a row a file and one for the whole, and nothing of it at the end', () => {
  const { tell, seen, end, passed, written } = start();
  tell(opened('a.ovf', 'disk.vmdk'));
  expect(seen()).toEqual(['a.ovf      waiting', 'disk.vmdk  waiting', 'all files  0 B']);
  tell(status('disk.vmdk', 'PREPARING'), status('a.ovf', 'PREPARED', 1000));
  expect(seen()).toEqual(['disk.vmdk  preparing', 'a.ovf      waiting', 'all files  0 B']);
  tell(status('disk.vmdk', 'PREPARED', 3000), progress('a.ovf', 500, 1000));
  expect(seen().slice(0, 2)).toEqual([`a.ovf      ${bar(12)}  50 % 500 B of 1.0 kB`, 'disk.vmdk  waiting']);
  expect(seen()[2]).toContain(`all files  ${bar(3)}  16 % 500 B of 4.0 kB`);
  tell(progress('a.ovf', 1000, 1000));
  expect(seen()).toContain('a.ovf      verifying');
  tell(saved('a.ovf', 1000), progress('disk.vmdk', 0, 3000));
  jest.advanceTimersByTime(900);
  tell(progress('disk.vmdk', 1000, 3000));
  jest.advanceTimersByTime(900);
  tell(progress('disk.vmdk', 2999, 3000));
  expect(seen()[0]).toBe('a.ovf is there');
  expect(seen()[1]).toBe(`disk.vmdk  ${bar(23)}  99 % 3.0 kB of 3.0 kB`);
  expect(seen()[2]).toMatch(/^all files {2}█+░ +96 % 4\.0 kB of 4\.0 kB {2}\S+ \S+\/s {2}1 s left$/);
  tell(progress('disk.vmdk', 3000, 3000), saved('disk.vmdk', 3000), closed);
  end();
  jest.runAllTimers();
  expect(seen()).toEqual(['a.ovf is there', 'disk.vmdk is there', '2 files, 4.0 kB in 1 s']);
  expect(passed.at(-1)).toBe(closed);
  expect(written()).not.toMatch(/NaN|undefined|Infinity/);
});

test.each(['error', 'unsubscribe'] as const)('nothing of it is seen after an %s', (way) => {
  const { tell, seen, fail, subscription } = start();
  tell(opened('a.ovf'), progress('a.ovf', 1, 10));
  expect(seen()).toHaveLength(2);
  if (way === 'error') fail();
  else subscription.unsubscribe();
  jest.runAllTimers();
  expect(seen()).toEqual([]);
});

test('a file of no bytes, and sizes nobody knows, are no numbers that make no sense', () => {
  const { tell, seen, written } = start();
  tell(opened('empty', 'unknown'), status('empty', 'PREPARED', 0), progress('empty', 0, 0), progress('unknown', 12_345));
  expect(seen()).toEqual(['unknown    12.3 kB', 'empty      verifying', expect.stringMatching(/^all files {2}12\.3 kB/)]);
  expect(written()).not.toMatch(/NaN|undefined|Infinity/);
});

test('a file that failed is seen as such, and the reason stays', () => {
  const { tell, seen } = start();
  tell(opened('a', 'b'), { type: 'failed', file: 'a', error: new SinkError({ path: 'a', reason: 'no.' }) });
  expect(seen()).toEqual(['a: failed. a: no.', 'b          waiting', 'a          failed', 'all files  0 B']);
});

test('what is tried again is told in a line of its own, which stays', () => {
  const { tell, seen } = start();
  const error = new TimeoutError({ operation: 'a', timeout: 1000 });
  tell(
    opened('a'),
    { type: 'retrying', attempt: 1, delay: 4000, error },
    { type: 'retrying', file: 'a', attempt: 2, delay: 500, error },
  );
  expect(seen()).toEqual([
    expect.stringMatching(/^again in 4 s\. /),
    expect.stringMatching(/^a: again in /),
    'a          waiting',
    'all files  0 B',
  ]);
});

test('no line is wider than the terminal, whatever the script, and none is left behind', () => {
  const { tell, seen, end } = start(20);
  tell(opened('円'.repeat(30), 'x'.repeat(300)));
  tell(progress('x'.repeat(300), 1, 10));
  expect(seen()).toEqual(
    ['x'.repeat(19), '円'.repeat(9), 'all files'.padEnd(19).trimEnd()].map((line) => expect.stringContaining(line)),
  );
  for (const line of seen()) expect(line.replaceAll('円', '##').length).toBeLessThan(20);
  end();
  jest.runAllTimers();
  expect(seen()).toEqual([]);
});

test('with more files than rows, those that move are seen', () => {
  const names = Array.from({ length: 50 }, (_, index) => `file-${index}`);
  const { tell, seen } = start(80, 6);
  tell(opened(...names), progress('file-40', 1, 10));
  expect(seen()).toHaveLength(4);
  expect(seen()[0]).toMatch(/^file-40 /);
});

test('a terminal that does not know its size is drawn on all the same', () => {
  const { tell, seen } = start(0, 0);
  tell(opened('a.ovf'));
  expect(seen()).toEqual(['a.ovf      waiting', 'all files  0 B']);
});

test('escape sequences in names do not reach the terminal', () => {
  const { tell, seen, written } = start();
  tell(opened('evil\u001b[2J\u202e'));
  expect(seen()[0]).toBe('evil�[2J�  waiting');
  expect(written()).not.toContain('\u001b[2J');
});

/** What a process writes that draws on a terminal of its own; this one's environment may ask for colours. */
const drawnWith = async (env: Readonly<Record<string, string>>): Promise<string> => {
  const child = runNode([join(import.meta.dirname, 'draw.ts')], { env: { TERM: 'xterm-256color', ...env } });
  const [code, written] = await Promise.all([codeOf(child), text(child.stdout)]);
  expect(code).toBe(0);
  return written;
};

test('there are colours, and with NO_COLOR there are none', async () => {
  jest.useRealTimers();
  const [coloured, plain] = await Promise.all([drawnWith({}), drawnWith({ NO_COLOR: '1' })]);
  const escape = String.fromCharCode(27);
  expect(coloured).toContain(`${escape}[36m${'█'.repeat(12)}${escape}[39m`);
  expect(plain).toContain(bar(12));
  expect(stripVTControlCharacters(coloured)).toBe(stripVTControlCharacters(plain));
  expect(plain.split(escape).filter((part) => /^[[][0-9;]*m/.test(part))).toEqual([]);
});

test('where there is no terminal, lines tell what is new, and how far a file is every ten seconds', () => {
  const { stream, seen } = terminal(80);
  Object.assign(stream, { isTTY: false });
  const events$ = new Subject<DownloadEvent>();
  events$.pipe(display(stream)).subscribe();
  events$.next(opened('a\u001b'));
  for (const received of [0, 1, 2])
    events$.next({ ...status('a\u001b', 'PREPARING'), bytesTransferred: received } as DownloadEvent);
  for (let second = 0; second < 25; second += 1) {
    events$.next(progress('a\u001b', second * 1000, 25_000));
    jest.advanceTimersByTime(1000);
  }
  events$.next(progress('a\u001b', 25_000));
  events$.next({ type: 'failed', file: 'a\u001b', error: new SinkError({ path: 'a\u001b', reason: 'no.' }) });
  events$.next({ ...closed, files: 1, failed: 1 });
  expect(seen()).toEqual([
    'ubuntu: 1 file',
    'a�: preparing',
    'a�: 10.0 kB of 25.0 kB',
    'a�: 20.0 kB of 25.0 kB',
    'a�: failed. a�: no.',
    '1 file, 4.0 kB in 1 s',
  ]);
});
