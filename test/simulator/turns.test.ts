/** A page stays responsive: the simulator divides large files into turns of the event loop. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { InventoryFile } from 'rx-content-library/simulator';
import { startDownload } from './call.ts';

const mebibyte = 1024 * 1024;

// As in a page.
beforeAll(() => void Reflect.set(globalThis, 'document', {}));
afterAll(() => void Reflect.deleteProperty(globalThis, 'document'));

/** Runs a task, and returns the maximum number of bytes that were served within one turn of the event loop. */
const maxBytesPerTurn = async (bytesServed: () => number, task: () => Promise<unknown>): Promise<number> => {
  let most = 0;
  let before = bytesServed();
  let isRunning = true;
  const watch = (): void => {
    most = Math.max(most, bytesServed() - before);
    before = bytesServed();
    if (isRunning) setImmediate(watch);
  };
  watch();
  await task();
  isRunning = false;
  watch();
  return most;
};

const open = async function* (start: number, end: number) {
  for (let at = start; at < end; at += 100_000) yield new Uint8Array(Math.min(100_000, end - at));
};

test.each<readonly [string, InventoryFile]>([
  ['is generated', { name: 'a', size: 40 * mebibyte }],
  ['is in memory', { name: 'a', content: new Uint8Array(5 * mebibyte) }],
  ['is opened by the inventory', { name: 'a', size: 5 * mebibyte, open }],
])('a file that %s is served at most one mebibyte per turn', async (_, file) => {
  const { linkOf, simulator } = await startDownload('api', { files: [file], scenario: { checksums: 'none' } });
  const link = await linkOf('a');
  const most = await maxBytesPerTurn(
    () => simulator.bytesServed,
    async () => (await simulator.fetch(link)).arrayBuffer(),
  );
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(mebibyte);
});

test('parallel responses share a turn', async () => {
  const files = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, size: 2 * mebibyte }));
  const { linkOf, simulator } = await startDownload('api', { files, scenario: { checksums: 'none' } });
  const links: string[] = [];
  for (const { name } of files) links.push(await linkOf(name));
  const read = async (link: string) => (await simulator.fetch(link)).arrayBuffer();
  const most = await maxBytesPerTurn(
    () => simulator.bytesServed,
    () => Promise.all(links.map(read)),
  );
  expect(most).toBeLessThanOrEqual(mebibyte);
});

test('a checksum that is computed for a list takes several turns', async () => {
  const { call } = await startDownload('api', { files: [{ name: 'a', size: 4 * mebibyte }] });
  let turns = 0;
  let isRunning = true;
  const count = (): void => {
    turns += 1;
    if (isRunning) setImmediate(count);
  };
  count();
  expect((await call('content.library.item.File.get', { item: 'item', name: 'a' })).json).toHaveProperty('checksum_info');
  isRunning = false;
  expect(turns).toBeGreaterThanOrEqual(6);
});

test('an environment with a document but without channels, as jsdom, is served in one turn', async () => {
  const { MessageChannel } = globalThis;
  Reflect.deleteProperty(globalThis, 'MessageChannel');
  try {
    const { linkOf, simulator } = await startDownload('api', {
      files: [{ name: 'a', size: mebibyte }],
      scenario: { checksums: 'none' },
    });
    const response = await simulator.fetch(await linkOf('a'));
    expect((await response.arrayBuffer()).byteLength).toBe(mebibyte);
  } finally {
    Reflect.set(globalThis, 'MessageChannel', MessageChannel);
  }
});
