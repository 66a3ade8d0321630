import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { download, type DownloadOptions, type Sink } from 'rx-content-library';
import type { Scenario } from 'rx-content-library/simulator';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { operationNames, preparedAtOnce, simulatedVCenter } from '../support/simulated-vcenter.ts';
import { collect } from '../support/collect.ts';
import { memorySink } from '../support/memory-sink.ts';

const chunk = 256 * 1024;

const oneFile = (size: number) => ({
  libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', contentVersion: '7', files: [{ name: 'disk.vmdk', size }] }] }],
});

/** Takes so many milliseconds for every piece. */
const slowly = (pause: number): Sink & { readonly hashOf: () => string; readonly restarts: () => number } => {
  const memory = memorySink();
  let restarts = 0;
  return {
    ...memory,
    hashOf: () =>
      createHash('sha256')
        .update(memory.files.get('disk.vmdk') ?? '')
        .digest('hex'),
    restarts: () => restarts,
    open: async (file) => {
      const inMemory = await memory.open(file);
      return {
        ...inMemory,
        write: async (bytes) => {
          await new Promise((resolve) => setTimeout(resolve, pause));
          await inMemory.write(bytes);
        },
        restart: async () => {
          restarts += 1;
        },
      };
    },
  };
};

const run = (scenario: Scenario, sink: Sink, size: number, options: DownloadOptions = {}, dialect: 'api' | 'rest' = 'api') =>
  inFakeTime(async () => {
    const { simulator, vc } = simulatedVCenter(dialect, {
      inventory: oneFile(size),
      scenario: { preparation: preparedAtOnce, ...scenario },
    });
    const { values, error } = await collect(download(vc, 'item-1', sink, options));
    expect(simulator.sessions).toEqual([]);
    return { simulator, values, error };
  });

const count = (of: readonly string[], operation: string): number => of.filter((name) => name.endsWith(operation)).length;

describe.each(['api', 'rest'] as const)('a lease of five minutes, in the dialect %s', (dialect) => {
  test('outlives a file that takes twenty', async () => {
    const sink = slowly(15_000);
    const { simulator, values, error } = await run({}, sink, 80 * chunk, {}, dialect);
    expect(error).toBeUndefined();
    expect(ofType(values, 'saved')).toMatchObject([{ bytes: 80 * chunk, verified: 'checksum' }]);
    expect(values.at(-1)).toMatchObject({ type: 'closed', duration: expect.any(Number) });
    expect(ofType(values, 'closed')[0]?.duration).toBeGreaterThan(20 * 60_000 - 1);
    const asked = operationNames(simulator);
    expect(count(asked, 'DownloadSession.create')).toBe(1);
    // Once a minute, and no more than that.
    expect(count(asked, 'DownloadSession.keep_alive')).toBe(20);
    expect(ofType(values, 'lease').map(({ state }) => state)).toEqual(Array(20).fill('extended'));
    expect(ofType(values, 'lease')[0]?.expires).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test('is told the real progress, which never falls', async () => {
    const { simulator } = await run({}, slowly(15_000), 80 * chunk, {}, dialect);
    const told = simulator.requests.filter(({ operation }) => operation.endsWith('keep_alive'));
    expect(told).toHaveLength(20);
  });
});

test('a lease of two seconds is extended every two thirds of a second', async () => {
  const { simulator, values, error } = await run({ leases: { downloadSession: 2000 } }, slowly(500), 20 * chunk);
  expect(error).toBeUndefined();
  expect(ofType(values, 'saved')).toHaveLength(1);
  expect(count(operationNames(simulator), 'DownloadSession.create')).toBe(1);
  expect(count(operationNames(simulator), 'DownloadSession.keep_alive')).toBeGreaterThanOrEqual(14);
});

describe('a lease that is lost in the middle of a file', () => {
  const lost: Scenario = { faults: [{ kind: 'session-lost', operation: 'data', at: 10 * chunk, times: 1 }] };

  test('is renewed, and the bytes that were there do not come twice', async () => {
    const sink = slowly(10);
    const { simulator, values, error } = await run(lost, sink, 30 * chunk);
    expect(error).toBeUndefined();
    expect(ofType(values, 'lease').map(({ state }) => state)).toEqual(['lost', 'renewed']);
    expect(ofType(values, 'saved')).toMatchObject([{ bytes: 30 * chunk, verified: 'checksum' }]);
    expect(count(operationNames(simulator), 'DownloadSession.create')).toBe(2);
    expect(sink.restarts()).toBe(0);
    const received = ofType(values, 'progress').map((event) => event.received);
    expect(received).toEqual([...received].sort((one, other) => one - other));
  });

  test('starts the file over where the server cannot send the rest alone', async () => {
    const sink = slowly(10);
    const { values, error } = await run({ ...lost, data: { ranges: false } }, sink, 30 * chunk);
    expect(error).toBeUndefined();
    expect(sink.restarts()).toBe(1);
    expect(ofType(values, 'saved')).toMatchObject([{ bytes: 30 * chunk }]);
  });

  test('is given up when three more were lost in a row and brought nothing', async () => {
    const always: Scenario = { faults: [{ kind: 'session-lost', operation: 'data' }] };
    const { simulator, values, error } = await run(always, slowly(0), 30 * chunk);
    expect(error).toMatchObject({ _tag: 'LeaseError', ending: 'gone' });
    expect(ofType(values, 'lease').map(({ state }) => state)).toEqual(['lost', 'renewed', 'lost', 'renewed', 'lost', 'renewed']);
    expect(count(operationNames(simulator), 'DownloadSession.create')).toBe(4);
  });
});
