import { describe, expect, test } from '@jest/globals';
import { concatMap, map, of, Subject } from 'rxjs';
import {
  createDownloadSession,
  isContentLibraryError,
  prepareDownloadFile,
  vcenter,
  type DownloadFileInfo,
} from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator, type Fault } from 'rx-content-library/simulator';
import { downloadFile } from '#src/download/download-file.js';
import { mergeMapAdaptive } from '#src/operators/merge-map-adaptive.js';
import { createRangeState, createRangePlan } from '#src/transfer/ranges/range-plan.js';
import { seededRandom } from '../support/seeded-random.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { collect } from '../support/collect.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { slowServer } from '../support/slow-server.ts';

const runs = 120;

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

/** One file, in parts that are small, from a server whose connections are slow; each session that is lost is replaced. */
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
    let held = 0;
    let most = 0;
    const counted = {
      ...plan,
      reserve: (bytes: number) => {
        const isRoom = plan.reserve(bytes);
        if (isRoom) held += bytes;
        most = Math.max(most, held);
        return isRoom;
      },
      release: (bytes: number) => {
        held -= bytes;
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
            stallTimeout: 5000,
            ranges: createRangeState({
              plan: counted,
              slot,
              onBusy: () => {
                refusals += 1;
                busy$.next();
              },
            }),
            retryPolicy: { attempts: 5, delay: 100, random: draw },
            onActiveChange: () => undefined,
            onRetry: (_, busy) => {
              if (busy) busy$.next();
            },
          }),
        { maxConcurrency: connections, busy$ },
      ),
    );
    const { error } = await collect(files$);
    return { error, server, sink, held, most, limit: limits.maxBuffered, refusals };
  });

describe('whatever goes wrong', () => {
  test(`${runs} files in parts are the right ones or end in a typed error, within their limits, and leave nothing behind`, async () => {
    const endings = new Map<string, number>();
    let [inParts, parts, busy] = [0, 0, 0];
    for (let seed = 1; seed <= runs; seed += 1) {
      const connections = 2 + (seed % 6);
      const right = await run({ seed, faults: [], connections: 1 });
      const { error, server, sink, held, most, limit, refusals } = await run({ seed, faults, connections });
      const [bytes, expected] = [sink, right.sink].map(({ files }) => files.get('disk.vmdk'));
      if (error === undefined) expect([seed, Buffer.compare(bytes ?? Buffer.of(), expected ?? Buffer.of())]).toEqual([seed, 0]);
      else expect([seed, isContentLibraryError(error)]).toEqual([seed, true]);
      expect([seed, server.open(), sink.pending.size, held]).toEqual([seed, 0, 0, 0]);
      expect(server.maxOpen()).toBeLessThanOrEqual(connections);
      expect(most).toBeLessThanOrEqual(limit);
      const bounded = server.ranges.filter((range) => /-\d/.test(range)).length;
      parts += bounded;
      busy += refusals;
      inParts += bounded > 0 ? 1 : 0;
      const ending = error === undefined ? 'whole' : (error as { _tag: string })._tag;
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
    // It is not because nothing was tried.
    expect(inParts).toBeGreaterThan(runs * 0.8);
    expect(parts).toBeGreaterThan(runs * 5);
    expect(busy).toBeGreaterThan(runs / 10);
    expect(endings.get('whole')).toBeGreaterThan(runs * 0.7);
  }, 300_000);
});
