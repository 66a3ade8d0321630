/** A library mirrored to a directory tree, from the simulator. */

import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { MirrorEvent } from 'rx-content-library';
import { toTree } from 'rx-content-library/node';
import type { InventoryItem } from 'rx-content-library/simulator';
import { takeWhile, type Observable } from 'rxjs';
import { collect, collectValues } from '../support/collect.ts';
import { simulateLibrary } from '../support/mirrored-library.ts';
import { temporaryDirectory } from './temporary.ts';

const itemOf = (name: string, contentVersion = '1', descriptor = `version ${contentVersion}`): InventoryItem => ({
  name,
  id: `id-${name}`,
  contentVersion,
  files: [
    { name: 'a.ovf', content: descriptor },
    { name: 'disk.vmdk', content: 'disk '.repeat(100_000) },
  ],
});

const filesBelow = async (directory: string): Promise<readonly string[]> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1))
    .toSorted();
};

const textOf = (...path: readonly string[]) => readFile(join(...path), 'utf8');

test('an item is a directory of its files, with its manifest', async () => {
  const root = await temporaryDirectory();
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(toTree(root)));
  expect(await filesBelow(root)).toEqual([
    'templates/debian/.content-library.json',
    'templates/debian/a.ovf',
    'templates/debian/disk.vmdk',
  ]);
  expect(JSON.parse(await textOf(root, 'templates/debian/.content-library.json'))).toMatchObject({
    v: 1,
    libraryId: 'library-1',
    itemId: 'id-debian',
    contentVersion: '1',
    files: [
      { name: 'a.ovf', bytes: 9, verified: 'checksum' },
      { name: 'disk.vmdk', bytes: 500_000, verified: 'checksum' },
    ],
  });
});

test('a second run moves no byte', async () => {
  const root = await temporaryDirectory();
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(toTree(root)));
  const { simulator, mirrored } = simulateLibrary([itemOf('debian')]);
  await collectValues(mirrored(toTree(root)));
  expect(simulator.bytesServed).toBe(0);
});

test('a file that is the same in the new version is not downloaded again', async () => {
  const root = await temporaryDirectory();
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(toTree(root)));
  const { simulator, mirrored } = simulateLibrary([itemOf('debian', '2')]);
  const values = await collectValues(mirrored(toTree(root)));
  expect(values).toContainEqual(expect.objectContaining({ type: 'mirrored', bytes: 500_009, transferred: 9 }));
  expect(simulator.bytesServed).toBe(9);
  expect(await textOf(root, 'templates/debian/a.ovf')).toBe('version 2');
  expect(await textOf(root, 'templates/debian/disk.vmdk')).toBe('disk '.repeat(100_000));
});

/** Reads a file of a version while another one may take its place: if that has happened in between, both are read again. */
const readVersion = async (root: string): Promise<{ readonly contentVersion: string; readonly text: string }> => {
  const versionOf = async (): Promise<string> =>
    (JSON.parse(await textOf(root, 'templates/debian/.content-library.json')) as { contentVersion: string }).contentVersion;
  try {
    const contentVersion = await versionOf();
    const text = await textOf(root, 'templates/debian/a.ovf');
    if ((await versionOf()) === contentVersion) return { contentVersion, text };
  } catch (thrown) {
    // Between two renames neither version is in its place.
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
  }
  return readVersion(root);
};

test('the earlier version is complete in its place until the new one is', async () => {
  const root = await temporaryDirectory();
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(toTree(root)));
  const seen = new Set<string>();
  const { mirrored } = simulateLibrary([itemOf('debian', '2')]);
  for await (const event of events(mirrored(toTree(root)))) {
    const { contentVersion, text } = await readVersion(root);
    expect(text).toBe(`version ${contentVersion}`);
    seen.add(`${event.type} ${contentVersion}`);
  }
  expect(seen).toContain('download 1');
  expect(seen).toContain('finished 2');
});

test('a mirror that was interrupted continues where it was', async () => {
  const root = await temporaryDirectory();
  const content = 'disk '.repeat(1_000_000);
  const item = { ...itemOf('debian'), files: [{ name: 'disk.vmdk', content }] };
  const first = simulateLibrary([item]);
  let received = 0;
  await collect(
    first.mirrored(toTree(root)).pipe(
      takeWhile((event) => {
        if (event.type === 'download' && event.event.type === 'progress') received = event.event.received;
        return received < 2_000_000;
      }),
    ),
  );
  await settled(async () => first.simulator.sessions.length === 0);
  expect((await filesBelow(root)).filter((path) => path.endsWith('.part'))).toHaveLength(1);
  expect(await readdir(join(root, 'templates'))).toEqual(['.incomplete']);

  await settled(async () => isUnlocked(root));
  const second = simulateLibrary([item]);
  await collectValues(second.mirrored(toTree(root)));
  expect(second.simulator.bytesServed).toBeLessThanOrEqual(content.length - 2_000_000);
  expect(await textOf(root, 'templates/debian/disk.vmdk')).toBe(content);
  expect(await filesBelow(root)).toEqual(['templates/debian/.content-library.json', 'templates/debian/disk.vmdk']);
});

describe('a crash between the two renames', () => {
  const crashed = async () => {
    const root = await temporaryDirectory();
    await collectValues(simulateLibrary([itemOf('debian')]).mirrored(toTree(root)));
    const replaced = join(root, 'templates/.incomplete/0123-4567.replaced');
    await mkdir(replaced, { recursive: true });
    await rename(join(root, 'templates/debian'), join(replaced, 'debian'));
    return root;
  };

  test('is reverted by the next run: the earlier version is back in its place', async () => {
    const root = await crashed();
    const { simulator, mirrored } = simulateLibrary([itemOf('debian')]);
    const values = await collectValues(mirrored(toTree(root)));
    expect(values.at(-1)).toMatchObject({ type: 'finished', current: 1, mirrored: 0 });
    expect(simulator.bytesServed).toBe(0);
    expect(await textOf(root, 'templates/debian/a.ovf')).toBe('version 1');
  });

  test('leaves nothing of the earlier version once the new one is in its place', async () => {
    const root = await crashed();
    await collectValues(simulateLibrary([itemOf('debian', '2')]).mirrored(toTree(root)));
    expect(await textOf(root, 'templates/debian/a.ovf')).toBe('version 2');
    expect((await filesBelow(root)).every((path) => path.startsWith('templates/debian/'))).toBe(true);
  });
});

test('a directory that is not of the mirror is neither replaced nor removed', async () => {
  const root = await temporaryDirectory();
  await mkdir(join(root, 'templates/debian'), { recursive: true });
  await writeFile(join(root, 'templates/debian/notes.txt'), 'notes');
  const { simulator, mirrored } = simulateLibrary([itemOf('debian')]);
  const values = await collectValues(mirrored(toTree(root), { delete: true }));
  expect(values).toContainEqual(
    expect.objectContaining({ type: 'failed', error: expect.objectContaining({ _tag: 'SinkError', code: 'EEXIST' }) }),
  );
  expect(await textOf(root, 'templates/debian/notes.txt')).toBe('notes');
  expect(simulator.count('content.library.item.DownloadSession.create')).toBe(0);
});

test('an item that is gone is removed with `delete`', async () => {
  const root = await temporaryDirectory();
  await collectValues(simulateLibrary([itemOf('debian'), itemOf('ubuntu')]).mirrored(toTree(root)));
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(toTree(root), { delete: true }));
  expect(await readdir(join(root, 'templates'))).toEqual(['debian']);
});

test('a damaged manifest counts as none: the item is not replaced without a word', async () => {
  const root = await temporaryDirectory();
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(toTree(root)));
  await writeFile(join(root, 'templates/debian/.content-library.json'), '{"v":1');
  const values = await collectValues(simulateLibrary([itemOf('debian')]).mirrored(toTree(root)));
  expect(values).toContainEqual(expect.objectContaining({ type: 'failed', itemId: 'id-debian' }));
});

test('two mirrors to one directory end with the right bytes', async () => {
  const root = await temporaryDirectory();
  const items = ['a', 'b', 'c', 'd'].map((name) => itemOf(name));
  const runs = [simulateLibrary(items), simulateLibrary(items)].map(({ mirrored }) => collectValues(mirrored(toTree(root))));
  await Promise.all(runs);
  await collectValues(simulateLibrary(items).mirrored(toTree(root)));
  for (const { name } of items) {
    expect(await textOf(root, 'templates', name, 'disk.vmdk')).toBe('disk '.repeat(100_000));
    expect((await stat(join(root, 'templates', name, '.content-library.json'))).isFile()).toBe(true);
  }
  expect((await filesBelow(root)).filter((path) => path.includes('.incomplete'))).toEqual([]);
});

/** Pulls the events one after the other: the next one is emitted after the body of the loop. */
async function* events(events$: Observable<MirrorEvent>): AsyncGenerator<MirrorEvent> {
  const queue: MirrorEvent[] = [];
  let isDone = false;
  let wake = (): void => undefined;
  events$.subscribe({
    next: (event) => {
      queue.push(event);
      wake();
    },
    complete: () => {
      isDone = true;
      wake();
    },
  });
  for (;;) {
    const next = queue.shift();
    if (next !== undefined) yield next;
    else if (isDone) return;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}

const settled = async (isSettled: () => Promise<boolean>): Promise<void> => {
  while (!(await isSettled())) await new Promise((resolve) => setImmediate(resolve));
};

/** Returns true once the sidecar of the file names no writer any more. */
const isUnlocked = async (root: string): Promise<boolean> => {
  const sidecar = (await filesBelow(root)).find((path) => path.endsWith('.part.json')) ?? '';
  const text = await textOf(root, sidecar).catch(() => '');
  return text !== '' && !text.includes('"writer"');
};
