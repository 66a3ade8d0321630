import { describe, expect, test } from '@jest/globals';
import {
  createDownloadSession,
  isContentLibraryError,
  prepareDownloadFile,
  vcenter,
  type DownloadFileInfo,
} from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator, type Fault } from 'rx-content-library/simulator';
import { concatMap, EMPTY, map, of, Subject } from 'rxjs';
import { downloadFile } from '#src/download/download-file.js';
import { mergeMapAdaptive } from '#src/operators/merge-map-adaptive.js';
import { createRangePlan, createRangeState } from '#src/transfer/ranges/range-plan.js';
import { collect } from '../support/collect.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { slowServer } from '../support/slow-server.ts';
import { scaled } from '../support/soak.ts';

/** The number of a run is its seed. */
const runs = scaled({ test: 10, soak: 120 });

const size = 3_000_000;

const faults: readonly Fault[] = [
  { kind: 'refusal', operation: 'data', errorType: 'SERVICE_UNAVAILABLE', chance: 0.05 },
  { kind: 'refusal', operation: 'data', errorType: 'RESOURCE_BUSY', chance: 0.05 },
  { kind: 'disconnect', operation: 'data', chance: 0.05 },
  { kind: 'session-lost', operation: 'data', session: 'api', chance: 0.02 },
  { kind: 'session-lost', operation: 'data', at: 50_000, chance: 0.02 },
  { kind: 'hang', operation: 'data', at: 70_000, chance: 0.02 },
  { kind: 'truncate', operation: 'data', shape: 'length-reset', at: 60_000, chance: 0.05 },
  { kind: 'truncate', operation: 'data', shape: 'chunked-complete', at: 100_000, chance: 0.05 },
  { kind: 'corrupt', operation: 'data', at: 1_000_000, chance: 0.02 },
  { kind: 'range', operation: 'data', how: 'shifted', chance: 0.02 },
  { kind: 'range', operation: 'data', how: 'other', chance: 0.02 },
  { kind: 'range', operation: 'data', how: 'ignored', chance: 0.02 },
];

interface Run {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly connections: number;
}

/** Downloads one file in small ranges over slow connections; a lost session is replaced. */
const run = ({ seed, faults, connections }: Run) =>
  inFakeTime(async () => {
    const simulator = createSimulator({
      users: [user],
      createHash: nodeHash,
      inventory: { libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: 'disk.vmdk', size }] }] }] },
      scenario: { preparation: { ...preparedAtOnce, checksumKnown: 'at-once' }, data: { login: true }, faults },
      seed,
    });
    const draw = seededRandom(seed);
    const server = slowServer(simulator, { latency: Math.floor(draw() * 50), bytesPerMillisecond: 1000 });
    const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: server.fetch });
    const limits = {
      minRemaining: 200_000,
      maxBuffered: 200_000 + Math.floor(draw() * 600_000),
      minRangeSize: 20_000,
      fastEnough: Infinity,
      measureTime: 0,
    };
    const plan = createRangePlan(connections, limits);
    let buffered = 0;
    let maxBuffered = 0;
    const counted = {
      ...plan,
      reserve: (bytes: number) => {
        const isReserved = plan.reserve(bytes);
        if (isReserved) buffered += bytes;
        maxBuffered = Math.max(maxBuffered, buffered);
        return isReserved;
      },
      release: (bytes: number) => {
        buffered -= bytes;
        plan.release(bytes);
      },
    };
    const sink = restartableMemorySink();
    const busy$ = new Subject<void>();
    let refusals = 0;
    const prepared = () =>
      createDownloadSession(vc, 'item-1').pipe(
        concatMap((sessionId) => prepareDownloadFile(vc, sessionId, 'disk.vmdk')),
        map((info) => ({
          info,
          source: {
            assertUnchanged: () => EMPTY,
            finalInfo: () => of<DownloadFileInfo | undefined>(undefined),
            isLost: () => false,
            onLost: () => undefined,
          },
        })),
      );
    const files$ = of('disk.vmdk').pipe(
      mergeMapAdaptive(
        (name, slot) =>
          downloadFile({
            vc,
            name,
            sink,
            prepared,
            content: undefined,
            expectedChecksum: undefined,
            sha256: false,
            stallTimeout: 5000,
            speedFloor: undefined,
            meter: { bytes: 0, isPaused: true },
            ranges: createRangeState({
              plan: counted,
              slot,
              onBusy: () => {
                refusals += 1;
                busy$.next();
              },
            }),
            retryPolicy: { attempts: 5, delay: 100, random: draw },
            others: () => [],
            beginWork: () => () => undefined,
            onActiveChange: () => undefined,
            onRetry: (_, busy) => {
              if (busy) busy$.next();
            },
            onWarning: () => undefined,
          }),
        { maxConcurrency: connections, busy$ },
      ),
    );
    const { error } = await collect(files$);
    return { error, server, sink, buffered, maxBuffered, limit: limits.maxBuffered, refusals };
  });

describe('under random faults', () => {
  test(`${runs} files in ranges are correct or end with a typed error, stay within their limits, and leave nothing open`, async () => {
    const endings = new Map<string, number>();
    let [filesInRanges, ranges, busy] = [0, 0, 0];
    for (let seed = 1; seed <= runs; seed += 1) {
      const connections = 2 + (seed % 6);
      const right = await run({ seed, faults: [], connections: 1 });
      const { error, server, sink, buffered, maxBuffered, limit, refusals } = await run({ seed, faults, connections });
      const [bytes, expected] = [sink, right.sink].map(({ files }) => files.get('disk.vmdk'));
      if (error === undefined) expect([seed, Buffer.compare(bytes ?? Buffer.of(), expected ?? Buffer.of())]).toEqual([seed, 0]);
      else expect([seed, isContentLibraryError(error)]).toEqual([seed, true]);
      expect([seed, server.open(), sink.pending.size, buffered]).toEqual([seed, 0, 0, 0]);
      expect(server.maxOpen()).toBeLessThanOrEqual(connections + Math.floor(connections / 4));
      expect(maxBuffered).toBeLessThanOrEqual(limit);
      const bounded = server.ranges.filter((range) => /-\d/.test(range)).length;
      ranges += bounded;
      busy += refusals;
      filesInRanges += bounded > 0 ? 1 : 0;
      const ending = error === undefined ? 'complete' : (error as { _tag: string })._tag;
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
    // The test did reach its subject.
    expect(filesInRanges).toBeGreaterThan(runs * 0.8);
    expect(ranges).toBeGreaterThan(runs * 5);
    expect(busy).toBeGreaterThan(runs / 10);
    expect(endings.get('complete')).toBeGreaterThan(runs * 0.7);
  }, 300_000);
});
