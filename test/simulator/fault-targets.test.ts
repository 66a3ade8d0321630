import { describe, expect, test } from '@jest/globals';
import { createSimulator, type Fault } from 'rx-content-library/simulator';
import { VirtualTimeScheduler } from 'rxjs';
import { dialects, server, start, startDownload } from './call.ts';

const list = 'content.Library.list';
const fileService = 'content.library.item.downloadsession.File';
const badGateway = { kind: 'page', status: 502 } as const;

describe.each(dialects)('in /%s', (dialect) => {
  test('a fault of one file does not apply to others, wherever a request names the file', async () => {
    const files = [
      { name: 'a b', content: 'a' },
      { name: 'c', content: 'c' },
    ];
    const { call, linkOf, prepare, session, simulator } = await startDownload(dialect, {
      files,
      scenario: { faults: [{ operation: '*', file: 'a b', after: 3, ...badGateway }] },
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

test('from and until limit a fault by the clock of the simulator', async () => {
  const faults: readonly Fault[] = [{ operation: list, from: 1000, until: 3000, after: 1, ...badGateway }];
  const { call, advance } = await start('api', { scenario: { faults } });
  const status = async () => (await call(list)).status;
  expect(await status()).toBe(200);
  advance(1000);
  // `after` counts the requests within this time.
  expect([await status(), await status()]).toEqual([200, 502]);
  advance(1999);
  expect(await status()).toBe(502);
  advance(1);
  expect(await status()).toBe(200);
});

test('chance applies a fault at random, depending on the seed', async () => {
  const applications = async (chance: number, seed: number): Promise<string> => {
    const { call } = await start('api', { seed, scenario: { faults: [{ operation: list, chance, ...badGateway }] } });
    let applied = '';
    for (let count = 0; count < 60; count += 1) applied += (await call(list)).status === 502 ? 'x' : '-';
    return applied;
  };
  expect(await applications(0, 1)).toBe('-'.repeat(60));
  expect(await applications(1, 1)).toBe('x'.repeat(60));
  const some = await applications(0.3, 1);
  expect(some.replaceAll('-', '').length).toBeGreaterThan(6);
  expect(some.replaceAll('-', '').length).toBeLessThan(32);
  expect(await applications(0.3, 1)).toBe(some);
  expect(await applications(0.3, 2)).not.toBe(some);
});

test('two faults with the same chance are independent', async () => {
  const faults: readonly Fault[] = [
    { operation: list, chance: 0.5, ...badGateway, status: 500 },
    { operation: list, chance: 0.5, ...badGateway, status: 504 },
  ];
  const { call } = await start('api', { scenario: { faults } });
  const seen = new Set<number>();
  for (let count = 0; count < 60; count += 1) seen.add((await call(list)).status);
  expect(seen).toEqual(new Set([200, 500, 504]));
});

test('an unknown operation throws when the simulator is created', () => {
  const createMisspelled = () =>
    createSimulator({ scenario: { faults: [{ operation: 'content.library.list', ...badGateway }] } });
  expect(createMisspelled).toThrow(RangeError);
  expect(createMisspelled).toThrow('There is no operation content.library.list. Name one such as content.Library.list');
});

describe('latency', () => {
  const slow = (faults: readonly Fault[], seed = 1) => {
    const clock = new VirtualTimeScheduler();
    const { fetch } = createSimulator({ clock, seed, scenario: { faults } });
    const statuses: number[] = [];
    return {
      /** Returns when the response arrives, in virtual time. */
      request: async (init?: RequestInit) => {
        const time = fetch(`${server}/api/content/library`, init).then(({ status }) => {
          statuses.push(status);
          return clock.now();
        });
        // The microtasks before the delay take no virtual time.
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
        clock.flush();
        return time;
      },
      statuses,
    };
  };

  test('delays a response by the clock without changing it', async () => {
    const { request, statuses } = slow([{ operation: list, times: 1, kind: 'latency', milliseconds: 700 }]);
    expect([await request(), await request()]).toEqual([700, 700]);
    expect(statuses).toEqual([401, 401]);
  });

  test('adds up, and combines with another fault', async () => {
    const { request, statuses } = slow([
      { operation: '*', kind: 'latency', milliseconds: 700 },
      { operation: list, ...badGateway },
      { operation: list, kind: 'latency', milliseconds: 50 },
    ]);
    expect(await request()).toBe(750);
    expect(statuses).toEqual([502]);
  });

  test('may vary, depending on the seed', async () => {
    const faults: readonly Fault[] = [{ operation: list, kind: 'latency', milliseconds: [100, 200] }];
    const delays = async (seed: number): Promise<number[]> => {
      const { request } = slow(faults, seed);
      const times = [await request(), await request(), await request()];
      return times.map((time, index) => time - (times[index - 1] ?? 0));
    };
    const one = await delays(1);
    for (const delay of one) expect(delay >= 100 && delay < 200).toBe(true);
    expect(new Set(one).size).toBe(3);
    expect(await delays(1)).toEqual(one);
    expect(await delays(2)).not.toEqual(one);
  });

  test('ends when the request is aborted', async () => {
    const { request, statuses } = slow([{ operation: list, kind: 'latency', milliseconds: 700 }]);
    const controller = new AbortController();
    const reason = new Error('enough');
    queueMicrotask(() => controller.abort(reason));
    await expect(request({ signal: controller.signal })).rejects.toBe(reason);
    expect(statuses).toEqual([]);
  });
});
