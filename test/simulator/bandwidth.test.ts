import { expect, test } from '@jest/globals';
import { createSimulator, type InventoryFile } from 'rx-content-library/simulator';
import { VirtualTimeScheduler } from 'rxjs';
import { logIn, server } from './call.ts';

/** Starts a download of the links of 9.0 in virtual time; returns the chunks with the time at which each arrives. */
const receive = async (bytesPerSecond: number, file: InventoryFile, range?: string) => {
  const clock = new VirtualTimeScheduler();
  const simulator = createSimulator({
    clock,
    scenario: { version: '9.0', data: { bytesPerSecond } },
    inventory: { libraries: [{ id: 'lib', name: 'L', items: [{ id: 'item', name: 'I', files: [file] }] }] },
  });
  const { json: token } = await logIn(simulator, 'api');
  const headers = { 'vmware-api-session-id': String(token), ...(range === undefined ? {} : { range }) };
  const { body } = await simulator.fetch(`${server}/cls/static/lib/item/${file.name}`, { headers });
  const chunks: (readonly [time: number, bytes: number])[] = [];
  const reading = (async () => {
    for await (const chunk of body ?? []) chunks.push([Math.round(clock.now()), chunk.length]);
  })();
  const finished = reading.then(() => true);
  const turn = () => new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  while (!(await Promise.race([finished, turn()]))) clock.flush();
  return chunks;
};

test('a limit of the bandwidth sends a chunk every tenth of a second', async () => {
  expect(await receive(1000, { name: 'a', size: 450 })).toEqual([
    [100, 100],
    [200, 100],
    [300, 100],
    [400, 100],
    [450, 50],
  ]);
});

test('a limit of a few bytes a minute sends byte by byte', async () => {
  expect(await receive(0.5, { name: 'a', content: 'abc' })).toEqual([
    [2000, 1],
    [4000, 1],
    [6000, 1],
  ]);
});

test('a limit applies to ranges, and to the chunks that the inventory opens', async () => {
  expect(await receive(1000, { name: 'a', size: 450 }, 'bytes=300-449')).toEqual([
    [100, 100],
    [150, 50],
  ]);
  const open = async function* (start: number, end: number) {
    yield new Uint8Array(end - start);
  };
  expect(await receive(1000, { name: 'a', size: 120, open })).toEqual([
    [100, 100],
    [120, 20],
  ]);
});
