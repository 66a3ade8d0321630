import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Inventory, InventoryItem } from 'rx-content-library/simulator';
import { parseDuration } from '#src/cli/duration.js';
import { temporaryDirectory } from '../node/temporary.ts';
import { codeOf, parsed, start as startCommand } from './command.ts';
import { servedSimulator, type ServedSimulatorOptions } from './served-simulator.ts';

const itemOf = (name: string, contentVersion = '1'): InventoryItem => ({
  name,
  id: `id-${name}`,
  contentVersion,
  files: [{ name: `${name}.iso`, content: `${name} ${contentVersion}` }],
});
const inventoryOf = (...items: readonly InventoryItem[]): Inventory => ({
  libraries: [{ name: 'templates', id: 'lib-1', items }],
});

/** Mirrors a library of these items to a directory. */
const mirrorTo = async (
  directory: string,
  items: readonly InventoryItem[],
  flags: readonly string[] = [],
  options: ServedSimulatorOptions = {},
) => {
  const { run, simulator } = await servedSimulator({ inventory: inventoryOf(...items), ...options });
  const ended = await run(['mirror', 'templates', directory, ...flags]);
  return { ...ended, simulator };
};

describe('content-library mirror', () => {
  test('downloads a library once, and then has nothing to do', async () => {
    const directory = await temporaryDirectory();
    const items = [itemOf('debian'), itemOf('ubuntu')];
    const first = await mirrorTo(directory, items);
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('templates: 2 items, 0 current, 2 to download\n') });
    expect(first.stdout.split('\n').toSorted()).toEqual([
      '',
      'debian  1 file  8 B  8 B downloaded',
      'ubuntu  1 file  8 B  8 B downloaded',
    ]);
    expect(await readFile(join(directory, 'templates/debian/debian.iso'), 'utf8')).toBe('debian 1');
    const second = await mirrorTo(directory, items);
    expect(second).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('Nothing to do: every item is current.\n'),
    });
    expect(second.simulator.bytesServed).toBe(0);
  });

  test('selects items by --include and --exclude, and removes what is gone with --delete only', async () => {
    const directory = await temporaryDirectory();
    const items = ['debian-11', 'debian-12', 'ubuntu'].map((name) => itemOf(name));
    await mirrorTo(directory, items, ['--include', 'debian-*', '--include', 'u*', '--exclude', '*-11']);
    expect((await readdir(join(directory, 'templates'))).toSorted()).toEqual(['debian-12', 'ubuntu']);
    const kept = await mirrorTo(directory, items.slice(0, 2), ['--exclude', '*-11']);
    expect(kept.stderr).toContain('ubuntu: no longer in the library; --delete removes it\n');
    const removed = await mirrorTo(directory, items.slice(0, 2), ['--exclude', '*-11', '--delete']);
    expect(removed.stderr).toContain('ubuntu: no longer in the library, removed\n');
    expect(await readdir(join(directory, 'templates'))).toEqual(['debian-12']);
  });

  test('exits with 9 if an item failed, and prints JSON lines with --json', async () => {
    const directory = await temporaryDirectory();
    const files = { 'debian.iso': { requested: 0, preparing: 0, outcome: 'ERROR' } } as const;
    const ended = await mirrorTo(directory, [itemOf('debian'), itemOf('ubuntu')], ['--json'], { scenario: { files } });
    expect(ended.code).toBe(9);
    const events = parsed(ended.stdout);
    expect(events[0]).toMatchObject({ type: 'planned', items: 2, toDownload: 2 });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'failed', itemId: 'id-debian', error: expect.objectContaining({ code: 5 }) }),
    );
    expect(events.slice(-2)).toMatchObject([
      { type: 'finished', mirrored: 1, failed: 1 },
      { type: 'error', error: { tag: 'SomeFailedError', code: 9, message: '1 of 2 items failed; the others are current.' } },
    ]);
  });

  test('compares again with --watch until a signal, which leaves no session', async () => {
    const directory = await temporaryDirectory();
    const { env, simulator } = await servedSimulator({ inventory: inventoryOf(itemOf('debian')) });
    const child = startCommand(['mirror', 'templates', directory, '--watch', '10ms', '--json'], { env });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (!child.killed && output.split('"type":"finished"').length > 3) child.kill('SIGTERM');
    });
    expect(await codeOf(child)).toBe(143);
    expect(parsed(output).at(-1)).toMatchObject({ type: 'error', error: { tag: 'InterruptedError' } });
    expect(simulator.sessions).toEqual([]);
    expect(simulator.apiSessions).toBe(0);
  });

  test.each([
    [['mirror', 'templates/debian', 'there'], /Expected a library, got "templates\/debian"\. Select items with --include\./],
    [['mirror', 'nothing', 'there'], /There is no library "nothing"\./],
    [['mirror', 'templates', 'there', '--watch', 'often'], /Expected a duration such as 90s, 5m or 1h/],
  ])('%j is refused', async (args, message) => {
    const { run, simulator } = await servedSimulator({ inventory: inventoryOf(itemOf('debian')) });
    const ended = await run(args, { cwd: await temporaryDirectory() });
    expect([2, 4]).toContain(ended.code);
    expect(ended.stderr).toMatch(message);
    expect(simulator.count('content.library.item.DownloadSession.create')).toBe(0);
  });

  test('a directory that is a file is refused', async () => {
    const path = join(await temporaryDirectory(), 'file');
    await writeFile(path, 'mine');
    const ended = await mirrorTo(path, [itemOf('debian')]);
    expect(ended).toMatchObject({ code: 10, stderr: expect.stringContaining(path) });
    expect(ended.simulator.count('content.library.item.DownloadSession.create')).toBe(0);
  });
});

test.each([
  ['90', 90_000],
  ['90s', 90_000],
  ['1.5m', 90_000],
  ['1h30m', 5_400_000],
  ['250ms', 250],
  ['1d', 86_400_000],
  ['', undefined],
  ['5 m', undefined],
  ['-5s', undefined],
  ['5x', undefined],
  ['m', undefined],
])('the duration %j is %p milliseconds', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});
