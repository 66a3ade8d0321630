import { describe, expect, test } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';
import { createSimulator, type Fault } from 'rx-content-library/simulator';
import { dialects, server, start, startDownload } from './call.ts';

const list = 'content.Library.list';
const fileService = 'content.library.item.downloadsession.File';
const broken = { kind: 'page', status: 502 } as const;

describe.each(dialects)('in /%s', (dialect) => {
  test('a fault of one file leaves the others alone, wherever a request names it', async () => {
    const files = [
      { name: 'a b', content: 'a' },
      { name: 'c', content: 'c' },
    ];
    const { call, linkOf, prepare, session, simulator } = await startDownload(dialect, {
      files,
      scenario: { faults: [{ operation: '*', file: 'a b', after: 3, ...broken }] },
    });
    const link = await linkOf('a b');
    expect((await simulator.fetch(link)).status).toBe(200);
    expect((await simulator.fetch(link)).status).toBe(502);
    expect((await prepare('a b')).status).toBe(502);
    expect((await call(`${fileService}.get`, { session, file: 'a b' })).status).toBe(502);
    expect((await call('content.library.item.File.get', { item: 'item', name: 'a b' })).status).toBe(502);
    expect(await (await simulator.fetch(await linkOf('c'))).text()).toBe('c');
    expect((await call(`${fileService}.list`, { session })).status).toBe(200);
    expect((await call('content.library.item.File.get', { item: 'item', name: 'c' })).status).toBe(200);
  });
});

test('a fault is there for a time, by the clock of the simulator', async () => {
  const faults: readonly Fault[] = [{ operation: list, from: 1000, until: 3000, after: 1, ...broken }];
  const { call, pass } = await start('api', { scenario: { faults } });
  const status = async () => (await call(list)).status;
  expect(await status()).toBe(200);
  pass(1000);
  // The one that passes first is the first in this time.
  expect([await status(), await status()]).toEqual([200, 502]);
  pass(1999);
  expect(await status()).toBe(502);
  pass(1);
  expect(await status()).toBe(200);
});

test('a fault may be a matter of chance, which depends on the seed', async () => {
  const meets = async (chance: number, seed: number): Promise<string> => {
    const { call } = await start('api', { seed, scenario: { faults: [{ operation: list, chance, ...broken }] } });
    let met = '';
    for (let count = 0; count < 60; count += 1) met += (await call(list)).status === 502 ? 'x' : '-';
    return met;
  };
  expect(await meets(0, 1)).toBe('-'.repeat(60));
  expect(await meets(1, 1)).toBe('x'.repeat(60));
  const some = await meets(0.3, 1);
  expect(some.replaceAll('-', '').length).toBeGreaterThan(6);
  expect(some.replaceAll('-', '').length).toBeLessThan(32);
  expect(await meets(0.3, 1)).toBe(some);
  expect(await meets(0.3, 2)).not.toBe(some);
});

test('two faults of the same chance do not go hand in hand', async () => {
  const faults: readonly Fault[] = [
    { operation: list, chance: 0.5, ...broken, status: 500 },
    { operation: list, chance: 0.5, ...broken, status: 504 },
  ];
  const { call } = await start('api', { scenario: { faults } });
  const seen = new Set<number>();
  for (let count = 0; count < 60; count += 1) seen.add((await call(list)).status);
  expect(seen).toEqual(new Set([200, 500, 504]));
});

test('an operation that there is not is refused at the start', () => {
  const misspelt = () => createSimulator({ scenario: { faults: [{ operation: 'content.library.list', ...broken }] } });
  expect(misspelt).toThrow(RangeError);
  expect(misspelt).toThrow('There is no operation content.library.list. Name one such as content.Library.list');
});

describe('latency', () => {
  const slow = (faults: readonly Fault[], seed = 1) => {
    const clock = new VirtualTimeScheduler();
    const { fetch } = createSimulator({ clock, seed, scenario: { faults } });
    const answered: number[] = [];
    return {
      /** When an answer comes, in virtual time. */
      ask: async (init?: RequestInit) => {
        const answer = fetch(`${server}/api/content/library`, init).then(({ status }) => {
          answered.push(status);
          return clock.now();
        });
        // What is awaited on the way to the waiting takes no time.
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
        clock.flush();
        return answer;
      },
      answered,
    };
  };

  test('delays an answer by the clock, and leaves it as it is', async () => {
    const { ask, answered } = slow([{ operation: list, times: 1, kind: 'latency', milliseconds: 700 }]);
    expect([await ask(), await ask()]).toEqual([700, 700]);
    expect(answered).toEqual([401, 401]);
  });

  test('adds up, and lets another fault have its turn', async () => {
    const { ask, answered } = slow([
      { operation: '*', kind: 'latency', milliseconds: 700 },
      { operation: list, ...broken },
      { operation: list, kind: 'latency', milliseconds: 50 },
    ]);
    expect(await ask()).toBe(750);
    expect(answered).toEqual([502]);
  });

  test('may vary, as the seed wills', async () => {
    const faults: readonly Fault[] = [{ operation: list, kind: 'latency', milliseconds: [100, 200] }];
    const delays = async (seed: number): Promise<number[]> => {
      const { ask } = slow(faults, seed);
      const times = [await ask(), await ask(), await ask()];
      return times.map((time, index) => time - (times[index - 1] ?? 0));
    };
    const one = await delays(1);
    for (const delay of one) expect(delay >= 100 && delay < 200).toBe(true);
    expect(new Set(one).size).toBe(3);
    expect(await delays(1)).toEqual(one);
    expect(await delays(2)).not.toEqual(one);
  });

  test('ends when the request is given up', async () => {
    const { ask, answered } = slow([{ operation: list, kind: 'latency', milliseconds: 700 }]);
    const given = new AbortController();
    const reason = new Error('enough');
    queueMicrotask(() => given.abort(reason));
    await expect(ask({ signal: given.signal })).rejects.toBe(reason);
    expect(answered).toEqual([]);
  });
});
