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
  const subscription = events$.pipe(display(screen.stream, 'auto', {})).subscribe({
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

/** The display is tested for its content; `live-layout.test.ts` compares whole screens. */
const words = (line: string | undefined): string => (line ?? '').replaceAll(/ +/g, ' ');

test('the live display has a line per file and one for the total, and none at the end', () => {
  const { emit, visible, end, passed, written } = start();
  emit(opened('a.ovf', 'disk.vmdk'));
  expect(visible().map(words)).toEqual(['a.ovf waiting', 'disk.vmdk waiting', 'all files ~ ~ left 0 B of ~']);
  emit(status('disk.vmdk', 'PREPARING'), status('a.ovf', 'PREPARED', 1000));
  jest.advanceTimersByTime(2800);
  emit(status('disk.vmdk', 'PREPARING'));
  expect(visible().map(words).slice(0, 2)).toEqual(['a.ovf waiting', 'disk.vmdk preparing, 3 s']);
  emit(status('disk.vmdk', 'PREPARED', 3000), progress('a.ovf', 500, 1000));
  expect(visible().map(words)).toEqual([
    expect.stringMatching(/^a\.ovf 50 % 500 B of 1\.0 kB █+░+$/),
    'disk.vmdk waiting',
    expect.stringMatching(/^all files 12 % ~ left 500 B of 4\.0 kB █+░+$/),
  ]);
  emit(progress('a.ovf', 1000, 1000));
  expect(visible().map(words)).toContain('a.ovf verifying');
  emit(saved('a.ovf', 1000), progress('disk.vmdk', 0, 3000));
  jest.advanceTimersByTime(900);
  emit(progress('disk.vmdk', 1000, 3000));
  jest.advanceTimersByTime(900);
  emit(progress('disk.vmdk', 2999, 3000));
  expect(visible()[0]).toBe('a.ovf is saved');
  expect(words(visible()[1])).toMatch(/^disk\.vmdk 99 % 3\.0 kB of 3\.0 kB █+░$/);
  expect(words(visible()[2])).toMatch(/^all files 99 % 1 s left \S+ \S+\/s 4\.0 kB of 4\.0 kB █+░$/);
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
  expect(visible().map(words)).toEqual([
    'empty verifying',
    'unknown ~ 12.3 kB of ~',
    expect.stringMatching(/^all files ~ ~ left .*12\.3 kB of ~$/),
  ]);
  expect(written()).not.toMatch(/NaN|undefined|Infinity/);
});

test('a failed file is displayed as failed, and its error stays visible', () => {
  const { emit, visible } = start();
  emit(opened('a', 'b'), { type: 'failed', file: 'a', error: new SinkError({ path: 'a', reason: 'no.' }) });
  expect(visible().map(words)).toEqual(['a: failed. a: no.', 'b waiting', 'all files ~ ~ left 0 B of ~']);
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
    expect.stringMatching(/^a +retrying$/),
    expect.stringMatching(/^all files +~ +~ left/),
  ]);
});

test('no line is wider than the terminal, also with wide characters, and all are erased', () => {
  const { emit, visible, end } = start(40);
  emit(opened('円'.repeat(30), 'x'.repeat(300)));
  emit(progress('x'.repeat(300), 1, 10));
  expect(visible()).toHaveLength(3);
  for (const line of visible()) expect(line.replaceAll('円', '##').length).toBeLessThan(40);
  end();
  jest.runAllTimers();
  expect(visible()).toEqual([]);
});

test('with more files than rows, the active ones are visible', () => {
  const names = Array.from({ length: 50 }, (_, index) => `file-${index}`);
  const { emit, visible } = start(80, 6);
  emit(opened(...names), progress('file-40', 1, 10));
  expect(visible().map(words)).toEqual([
    'file-0 waiting',
    'file-1 waiting',
    expect.stringMatching(/^file-40 10 %/),
    '+47 more',
    expect.stringMatching(/^all files/),
  ]);
});

test('a terminal of unknown size is treated as 80 by 24', () => {
  const { emit, visible } = start(0, 0);
  emit(opened('a.ovf'));
  expect(visible().map(words)).toEqual(['a.ovf waiting', 'all files ~ ~ left 0 B of ~']);
});

test('escape sequences in names do not reach the terminal', () => {
  const { emit, visible, written } = start();
  emit(opened('evil\u001b[2J\u202e'));
  expect(words(visible()[0])).toBe('evil�[2J� waiting');
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
  expect(colored.split(`${escape}[36m`)[1]).toMatch(/^█+/);
  expect(plain).toContain('█');
  expect(stripVTControlCharacters(colored)).toBe(stripVTControlCharacters(plain));
  expect(plain.split(escape).filter((part) => /^[[][0-9;]*m/.test(part))).toEqual([]);
});

test('without a terminal, plain lines report changes, and the progress of a file every ten seconds', () => {
  const { stream, visible } = terminal(80);
  Object.assign(stream, { isTTY: false });
  const events$ = new Subject<DownloadEvent>();
  events$.pipe(display(stream, 'auto', {})).subscribe();
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
    'a�: 10.0 kB of 25.0 kB, 40 %',
    'a�: 20.0 kB of 25.0 kB, 80 %',
    'a�: failed. a�: no.',
    '1 file, 4.0 kB in 1 s',
  ]);
});

test.each([
  ['a terminal that cannot move its cursor', 'auto', { TERM: 'dumb' }],
  ['continuous integration', 'auto', { CI: 'true' }],
  ['--progress plain', 'plain', {}],
] as const)('for %s, plain lines are printed', (_, kind, env) => {
  const { stream, visible } = terminal(80);
  const events$ = new Subject<DownloadEvent>();
  events$.pipe(display(stream, kind, env)).subscribe();
  events$.next(opened('a'));
  jest.advanceTimersByTime(1000);
  expect(visible()).toEqual(['ubuntu: 1 file']);
});

test('without progress, only warnings and failed files are printed', () => {
  const { stream, visible } = terminal(80);
  const events$ = new Subject<DownloadEvent>();
  events$.pipe(display(stream, 'none', {})).subscribe();
  events$.next(opened('a', 'b'));
  events$.next({ type: 'warning', file: 'a', code: 'NOT_FLUSHED', message: 'careful.' });
  events$.next({ type: 'failed', file: 'b', error: new SinkError({ path: 'b', reason: 'no.' }) });
  events$.next({ ...closed, files: 1, failed: 1 });
  expect(visible()).toEqual(['Warning: a: careful.', 'b: failed. b: no.']);
});

test('a terminal that becomes narrower wraps the lines, which are all erased; it is drawn again at once', () => {
  const listeners = (): number => process.listenerCount('SIGTSTP') + process.listenerCount('SIGCONT');
  const before = listeners();
  const { emit, visible, resize, stream, end } = start(120);
  expect(listeners()).toBe(before + 2);
  emit(opened('disk.vmdk'), status('disk.vmdk', 'PREPARED', 3000), progress('disk.vmdk', 1000, 3000));
  const [wide = ''] = visible();
  expect(wide.length).toBeGreaterThan(60);
  const up: number[] = [];
  const write = stream.write.bind(stream);
  stream.write = (text: string) => {
    for (const part of text.split(String.fromCharCode(27))) if (/^\[\d+A/.test(part)) up.push(Number.parseInt(part.slice(1), 10));
    return write(text);
  };
  resize({ columns: 40 });
  stream.emit('resize');
  // Each of the two lines takes as many rows as 40 columns need for it.
  expect(up).toEqual([2 * Math.ceil(wide.length / 40)]);
  emit(progress('disk.vmdk', 2000, 3000));
  expect(up.at(-1)).toBe(2);
  end();
  jest.runAllTimers();
  expect(stream.listenerCount('resize')).toBe(0);
  expect(listeners()).toBe(before);
});
