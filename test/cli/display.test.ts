import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { SinkError, TimeoutError, type DownloadEvent } from 'rx-content-library';
import { Subject } from 'rxjs';
import { display } from '#src/cli/output/display.js';
import { progress, saved, status } from '../support/events.ts';
import { codeOf, runNode } from './command.ts';
import { terminal } from './terminal.ts';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** Draws a download whose events the test emits on a simulated terminal. */
const start = (columns = 100, rows?: number) => {
  const screen = terminal(columns, rows);
  const events$ = new Subject<DownloadEvent>();
  const passed: DownloadEvent[] = [];
  const subscription = events$.pipe(display(screen.stream)).subscribe({
    next: (event) => {
      passed.push(event);
      if (event.type === 'saved') screen.stream.write(`${event.file} is saved\n`);
    },
    error: () => undefined,
  });
  return {
    ...screen,
    passed,
    subscription,
    /** Emits events and advances the time beyond the next update. */
    emit: (...events: readonly DownloadEvent[]) => {
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

test('the live display has a line per file and one for the total, and none at the end', () => {
  const { emit, visible, end, passed, written } = start();
  emit(opened('a.ovf', 'disk.vmdk'));
  expect(visible()).toEqual(['a.ovf      waiting', 'disk.vmdk  waiting', 'all files  0 B']);
  emit(status('disk.vmdk', 'PREPARING'), status('a.ovf', 'PREPARED', 1000));
  expect(visible()).toEqual(['disk.vmdk  preparing', 'a.ovf      waiting', 'all files  0 B']);
  emit(status('disk.vmdk', 'PREPARED', 3000), progress('a.ovf', 500, 1000));
  expect(visible().slice(0, 2)).toEqual([`a.ovf      ${bar(12)}  50 % 500 B of 1.0 kB`, 'disk.vmdk  waiting']);
  expect(visible()[2]).toContain(`all files  ${bar(3)}  16 % 500 B of 4.0 kB`);
  emit(progress('a.ovf', 1000, 1000));
  expect(visible()).toContain('a.ovf      verifying');
  emit(saved('a.ovf', 1000), progress('disk.vmdk', 0, 3000));
  jest.advanceTimersByTime(900);
  emit(progress('disk.vmdk', 1000, 3000));
  jest.advanceTimersByTime(900);
  emit(progress('disk.vmdk', 2999, 3000));
  expect(visible()[0]).toBe('a.ovf is saved');
  expect(visible()[1]).toBe(`disk.vmdk  ${bar(23)}  99 % 3.0 kB of 3.0 kB`);
  expect(visible()[2]).toMatch(/^all files {2}█+░ +96 % 4\.0 kB of 4\.0 kB {2}\S+ \S+\/s {2}1 s left$/);
  emit(progress('disk.vmdk', 3000, 3000), saved('disk.vmdk', 3000), closed);
  end();
  jest.runAllTimers();
  expect(visible()).toEqual(['a.ovf is saved', 'disk.vmdk is saved', '2 files, 4.0 kB in 1 s']);
  expect(passed.at(-1)).toBe(closed);
  expect(written()).not.toMatch(/NaN|undefined|Infinity/);
});

test.each(['error', 'unsubscribe'] as const)('the live lines are erased after an %s', (ending) => {
  const { emit, visible, fail, subscription } = start();
  emit(opened('a.ovf'), progress('a.ovf', 1, 10));
  expect(visible()).toHaveLength(2);
  if (ending === 'error') fail();
  else subscription.unsubscribe();
  jest.runAllTimers();
  expect(visible()).toEqual([]);
});

test('empty files and unknown sizes are displayed without NaN or Infinity', () => {
  const { emit, visible, written } = start();
  emit(opened('empty', 'unknown'), status('empty', 'PREPARED', 0), progress('empty', 0, 0), progress('unknown', 12_345));
  expect(visible()).toEqual(['unknown    12.3 kB', 'empty      verifying', expect.stringMatching(/^all files {2}12\.3 kB/)]);
  expect(written()).not.toMatch(/NaN|undefined|Infinity/);
});

test('a failed file is displayed as failed, and its error stays visible', () => {
  const { emit, visible } = start();
  emit(opened('a', 'b'), { type: 'failed', file: 'a', error: new SinkError({ path: 'a', reason: 'no.' }) });
  expect(visible()).toEqual(['a: failed. a: no.', 'b          waiting', 'a          failed', 'all files  0 B']);
});

test('a retry has a line of its own, which stays visible', () => {
  const { emit, visible } = start();
  const error = new TimeoutError({ operation: 'a', timeout: 1000 });
  emit(
    opened('a'),
    { type: 'retrying', attempt: 1, delay: 4000, error },
    { type: 'retrying', file: 'a', attempt: 2, delay: 500, error },
  );
  expect(visible()).toEqual([
    expect.stringMatching(/^retrying in 4 s: /),
    expect.stringMatching(/^a: retrying in /),
    'a          waiting',
    'all files  0 B',
  ]);
});

test('no line is wider than the terminal, also with wide characters, and all are erased', () => {
  const { emit, visible, end } = start(20);
  emit(opened('円'.repeat(30), 'x'.repeat(300)));
  emit(progress('x'.repeat(300), 1, 10));
  expect(visible()).toEqual(
    ['x'.repeat(19), '円'.repeat(9), 'all files'.padEnd(19).trimEnd()].map((line) => expect.stringContaining(line)),
  );
  for (const line of visible()) expect(line.replaceAll('円', '##').length).toBeLessThan(20);
  end();
  jest.runAllTimers();
  expect(visible()).toEqual([]);
});

test('with more files than rows, the active ones are visible', () => {
  const names = Array.from({ length: 50 }, (_, index) => `file-${index}`);
  const { emit, visible } = start(80, 6);
  emit(opened(...names), progress('file-40', 1, 10));
  expect(visible()).toHaveLength(4);
  expect(visible()[0]).toMatch(/^file-40 /);
});

test('a terminal of unknown size is treated as 80 by 24', () => {
  const { emit, visible } = start(0, 0);
  emit(opened('a.ovf'));
  expect(visible()).toEqual(['a.ovf      waiting', 'all files  0 B']);
});

test('escape sequences in names do not reach the terminal', () => {
  const { emit, visible, written } = start();
  emit(opened('evil\u001b[2J\u202e'));
  expect(visible()[0]).toBe('evil�[2J�  waiting');
  expect(written()).not.toContain('\u001b[2J');
});

/** Draws in a process with this environment; the environment of the test itself may request colors. */
const drawnWith = async (env: Readonly<Record<string, string>>): Promise<string> => {
  const child = runNode([join(import.meta.dirname, 'draw.ts')], { env: { TERM: 'xterm-256color', ...env } });
  const [code, written] = await Promise.all([codeOf(child), text(child.stdout)]);
  expect(code).toBe(0);
  return written;
};

test('the display is colored, and plain with NO_COLOR', async () => {
  jest.useRealTimers();
  const [colored, plain] = await Promise.all([drawnWith({}), drawnWith({ NO_COLOR: '1' })]);
  const escape = String.fromCharCode(27);
  expect(colored).toContain(`${escape}[36m${'█'.repeat(12)}${escape}[39m`);
  expect(plain).toContain(bar(12));
  expect(stripVTControlCharacters(colored)).toBe(stripVTControlCharacters(plain));
  expect(plain.split(escape).filter((part) => /^[[][0-9;]*m/.test(part))).toEqual([]);
});

test('without a terminal, plain lines report changes, and the progress of a file every ten seconds', () => {
  const { stream, visible } = terminal(80);
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
  expect(visible()).toEqual([
    'ubuntu: 1 file',
    'a�: preparing',
    'a�: 10.0 kB of 25.0 kB',
    'a�: 20.0 kB of 25.0 kB',
    'a�: failed. a�: no.',
    '1 file, 4.0 kB in 1 s',
  ]);
});
