import { describe, expect, test } from '@jest/globals';
import { download, isContentLibraryError, logout, vcenter, type Dialect, type DownloadEvent } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator, type Fault, type Scenario } from 'rx-content-library/simulator';
import { collect, collectValues } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { user } from '../support/simulated-vcenter.ts';
import { scaled } from '../support/soak.ts';

/** Number of runs in each variant; the number of a run is its seed. */
const runs = scaled({ test: 12, soak: 150 });

const files = [
  { name: 'machine.ovf', content: '<Envelope/>' },
  { name: 'disk.vmdk', size: 700_000 },
  { name: 'empty.log', content: '' },
  { name: 'firmware.nvram', size: 8_684 },
];

const inventory = { libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', contentVersion: '7', files }] }] };

/** Faults that a client recovers from or reports. None is in the clean-up: a server that refuses it cannot be cleaned up. */
const faults: readonly Fault[] = [
  { kind: 'latency', operation: '*', milliseconds: [0, 3000], chance: 0.3 },
  { kind: 'refusal', operation: 'content.library.item.downloadsession.File.list', errorType: 'SERVICE_UNAVAILABLE', chance: 0.2 },
  { kind: 'refusal', operation: 'content.library.item.downloadsession.File.prepare', errorType: 'RESOURCE_BUSY', chance: 0.2 },
  { kind: 'refusal', operation: 'content.library.item.File.list', errorType: 'INTERNAL_SERVER_ERROR', chance: 0.2 },
  { kind: 'refusal', operation: 'data', errorType: 'SERVICE_UNAVAILABLE', chance: 0.1 },
  { kind: 'disconnect', operation: 'content.library.item.downloadsession.File.list', chance: 0.1 },
  { kind: 'disconnect', operation: 'data', chance: 0.1 },
  { kind: 'session-lost', operation: 'data', chance: 0.05 },
  { kind: 'session-lost', operation: 'data', at: 200_000, chance: 0.05 },
  { kind: 'session-lost', operation: 'content.library.item.downloadsession.File.list', session: 'api', chance: 0.05 },
  { kind: 'hang', operation: 'data', at: 100_000, chance: 0.05 },
  { kind: 'truncate', operation: 'data', shape: 'length-reset', at: 150_000, chance: 0.1 },
  { kind: 'truncate', operation: 'data', shape: 'chunked-complete', at: 250_000, chance: 0.1 },
  { kind: 'truncate', operation: 'data', shape: 'close', at: 5, chance: 0.1 },
  { kind: 'corrupt', operation: 'data', at: 1000, chance: 0.1 },
  { kind: 'range', operation: 'data', how: 'shifted', chance: 0.3 },
  { kind: 'range', operation: 'data', how: 'other', chance: 0.2 },
  { kind: 'range', operation: 'data', how: 'ignored', chance: 0.2 },
];

const run = async (seed: number, scenario: Scenario, dialect: Dialect = 'api') => {
  const simulator = createSimulator({ inventory, users: [user], scenario, seed, createHash: nodeHash });
  const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: simulator.fetch, dialect });
  const sink = restartableMemorySink();
  const { values, error } = await collect(download(vc, 'item-1', sink, { concurrency: 3 }));
  await collectValues(logout(vc)).catch(() => undefined);
  return { simulator, sink, values, error };
};

/** The contents of the files that the same seed generates. */
const originalsOf = async (seed: number): Promise<ReadonlyMap<string, Uint8Array>> => (await run(seed, {})).sink.files;

const secretsIn = (values: readonly DownloadEvent[], error: unknown): string[] => {
  const output = JSON.stringify([
    values,
    error,
    error instanceof Error ? [error.message, error.stack, String(error.cause)] : undefined,
  ]);
  return [user.password, '/cls/data/', 'vmware-api-session-id', 'sts=', 'Basic '].filter((secret) => output.includes(secret));
};

describe('under random faults', () => {
  test.each([
    ['api', '8.0', 'session'],
    ['rest', '8.0', 'session'],
    ['api', '9.0', 'link'],
  ] as const)(
    `${runs} downloads end with the right bytes or with a typed error, and clean up (%s, vCenter %s, by %s)`,
    async (dialect, version, strategy) => {
      const endings = new Map<string, number>();
      const strategies = new Map<string, number>();
      let retried = 0;
      for (let seed = 1; seed <= runs; seed += 1) {
        const { simulator, sink, values, error } = await inFakeTime(() => run(seed, { faults, version }, dialect));
        for (const opened of ofType(values, 'opened'))
          strategies.set(opened.strategy, (strategies.get(opened.strategy) ?? 0) + 1);
        retried += ofType(values, 'retrying').filter(({ file }) => file !== undefined).length;
        const source = await inFakeTime(() => originalsOf(seed));
        for (const [name, bytes] of sink.files)
          expect([seed, name, Buffer.compare(bytes, source.get(name) ?? new Uint8Array())]).toEqual([seed, name, 0]);
        if (error === undefined) expect([seed, sink.files.size]).toEqual([seed, files.length]);
        else expect([seed, isContentLibraryError(error)]).toEqual([seed, true]);
        expect([seed, simulator.sessions, sink.pending.size]).toEqual([seed, [], 0]);
        expect([seed, secretsIn(values, error)]).toEqual([seed, []]);
        const ending = error === undefined ? 'complete' : (error as { _tag: string })._tag;
        endings.set(ending, (endings.get(ending) ?? 0) + 1);
      }
      expect(retried).toBeGreaterThan(runs);
      expect(strategies.get(strategy)).toBeGreaterThan(runs / 2);
      // Most downloads succeed: a client that gives up at once would pass everything above, too.
      expect(endings.get('complete')).toBeGreaterThan(runs / 2);
    },
    300_000,
  );
});
