import { describe, expect, test } from '@jest/globals';
import { download, vcenter, type DownloadOptions, type Sink } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator, type Fault, type Scenario } from 'rx-content-library/simulator';
import { identity, lastValueFrom, takeUntil, timer } from 'rxjs';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { collect } from '../support/collect.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { slowServer, type Connection, type SlowServer } from '../support/slow-server.ts';

const mebibyte = 1024 * 1024;

/** 25 MB/s a connection. */
const far: Connection = { latency: 40, bytesPerMillisecond: 25_000 };

interface Run {
  readonly files?: readonly { readonly name: string; readonly size: number }[];
  readonly scenario?: Scenario;
  readonly options?: DownloadOptions;
  readonly line?: Connection;
  /** Milliseconds after which to unsubscribe. */
  readonly until?: number;
  /** Milliseconds that the sink takes for a piece. */
  readonly writing?: number;
}

const large = [{ name: 'disk.vmdk', size: 48 * mebibyte }] as const;

/** A sink that takes its time: how far the server was ever ahead of it, in bytes, and whether it was ever told two things at once. */
const slowly = (sink: Sink, milliseconds: number) => {
  let [taken, ahead, writes, atOnce] = [0, 0, 0, 0];
  const withServer = (server: SlowServer): Sink => ({
    ...sink,
    open: async (incoming) => {
      const file = await sink.open(incoming);
      return {
        ...file,
        write: async (bytes) => {
          writes += 1;
          atOnce = Math.max(atOnce, writes);
          await lastValueFrom(timer(milliseconds));
          await file.write(bytes);
          taken += bytes.byteLength;
          ahead = Math.max(ahead, server.sent() - taken);
          writes -= 1;
        },
      };
    },
  });
  return { sink: withServer, ahead: () => ahead, atOnce: () => atOnce };
};

const run = ({ files = large, scenario = {}, options = {}, line = far, until = Infinity, writing = 0 }: Run) =>
  inFakeTime(async () => {
    const begun = Date.now();
    // Its clock is the one of this time.
    const simulator = createSimulator({
      users: [user],
      createHash: nodeHash,
      inventory: { libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', contentVersion: '7', files }] }] },
      scenario: { preparation: { ...preparedAtOnce, checksumKnown: 'at-once' }, ...scenario },
    });
    const server = slowServer(simulator, line);
    const sink = restartableMemorySink();
    const slow = slowly(sink, writing);
    const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: server.fetch });
    const running = download(vc, 'item-1', writing === 0 ? sink : slow.sink(server), options).pipe(
      until === Infinity ? identity : takeUntil(timer(until)),
    );
    const { values, error } = await collect(running);
    const seconds = (Date.now() - begun) / 1000;
    // What is cleaned up after an end before the end.
    if (until !== Infinity) await lastValueFrom(timer(1000));
    return { simulator, server, sink, slow, values, error, seconds };
  });

/** The bytes as they are. */
const source = async (files: Run['files']): Promise<ReadonlyMap<string, Uint8Array>> =>
  (await run({ ...(files && { files }), options: { concurrency: 1 }, line: { latency: 0, bytesPerMillisecond: Infinity } })).sink
    .files;

let sourceOfLarge: ReadonlyMap<string, Uint8Array> | undefined;

const bytesOf = ({ files }: { readonly files: ReadonlyMap<string, Uint8Array> }): Uint8Array =>
  files.get('disk.vmdk') ?? Buffer.of();

const expectWhole = async ({ sink, server, simulator, error }: Awaited<ReturnType<typeof run>>, files: Run['files'] = large) => {
  expect(error).toBeUndefined();
  const right = files === large ? (sourceOfLarge ??= await source(large)) : await source(files);
  expect([...sink.files.keys()].toSorted()).toEqual([...right.keys()].toSorted());
  for (const [name, bytes] of right)
    expect([name, Buffer.compare(sink.files.get(name) ?? Buffer.of(), bytes)]).toEqual([name, 0]);
  expect([server.open(), simulator.sessions]).toEqual([0, []]);
};

describe('a large file from a slow server', () => {
  test('comes over all connections that are allowed, and so many times as fast', async () => {
    const files = [{ name: 'disk.vmdk', size: 160 * mebibyte }] as const;
    const line: Connection = { latency: 40, bytesPerMillisecond: 15_000 };
    const [one, four, eight] = [
      await run({ files, line, options: { concurrency: 1 } }),
      await run({ files, line, options: { concurrency: 4 } }),
      await run({ files, line, options: { concurrency: 8 } }),
    ];
    expect([one, four, eight].map(({ server }) => server.maxOpen())).toEqual([1, 4, 8]);
    expect(one.seconds / four.seconds).toBeGreaterThan(3);
    expect(one.seconds / eight.seconds).toBeGreaterThan(4.5);
    for (const { server } of [one, four, eight]) expect(server.sent()).toBeLessThan(files[0].size * 1.02);
    for (const { sink } of [four, eight]) expect(Buffer.compare(bytesOf(sink), bytesOf(one.sink))).toBe(0);
    expect(ofType(eight.values, 'retrying')).toEqual([]);
  });

  test('is asked for in parts that are the same content, by its strong validator', async () => {
    const { server } = await run({});
    expect([...server.conditions]).toEqual([expect.stringMatching(/^".+"$/)]);
    expect(server.ranges[0]).toBe('');
    expect(server.ranges.slice(1).every((range) => /^bytes=\d+-\d+$/.test(range))).toBe(true);
  });

  test('without a strong validator, too: the session is of one content', async () => {
    const ended = await run({ scenario: { data: { etag: 'weak' } } });
    expect([...ended.server.conditions]).toEqual([null]);
    expect(ended.server.maxOpen()).toBe(2);
    await expectWhole(ended);
  });

  test.each<[string, Run]>([
    ['the server says nothing of ranges', { scenario: { data: { ranges: false } } }],
    ['no length is stated', { scenario: { data: { contentLength: false } } }],
    ['no checksum is stated before that would show a wrong joint', { scenario: { preparation: preparedAtOnce } }],
    ['one connection is allowed', { options: { concurrency: 1 } }],
    ['a connection is fast', { line: { latency: 0, bytesPerMillisecond: 400_000 } }],
    ['the file is not that large', { files: [{ name: 'disk.vmdk', size: 16 * mebibyte }] }],
  ])('is fetched as a whole where %s', async (_, given) => {
    const ended = await run({ options: { concurrency: 4 }, ...given });
    expect(ended.error).toBeUndefined();
    expect(ended.server.ranges).toEqual(['']);
    expect(ended.server.maxOpen()).toBe(1);
  });

  test('leaves the lanes to files that wait for one', async () => {
    const files = [
      { name: 'disk.vmdk', size: 64 * mebibyte },
      ...Array.from({ length: 6 }, (_, at) => ({ name: `small-${at}`, size: 5 * mebibyte })),
    ];
    const scenario = {
      files: Object.fromEntries(
        files
          .slice(1)
          .map(({ name }, at) => [name, { requested: 0, preparing: 300 + at * 60, checksumKnown: 'at-once' as const }]),
      ),
    };
    const ended = await run({ files, scenario, options: { concurrency: 3 } });
    expect(ended.server.maxOpen()).toBe(3);
    const order = ofType(ended.values, 'saved').map(({ file }) => file);
    expect(order.at(-1)).toBe('disk.vmdk');
    await expectWhole(ended, files);
  });

  test('two large files share the connections and the memory', async () => {
    const files = [...large, { name: 'other.vmdk', size: 40 * mebibyte }];
    const ended = await run({ files, options: { concurrency: 6 } });
    expect(ended.server.maxOpen()).toBe(6);
    expect(ended.server.ranges.length).toBeGreaterThan(10);
    await expectWhole(ended, files);
  });

  test('is held back by a slow sink, which is told one thing after the other', async () => {
    const ended = await run({ options: { concurrency: 8 }, writing: 20 });
    expect(ended.server.maxOpen()).toBe(8);
    expect(ended.slow.atOnce()).toBe(1);
    expect(ended.slow.ahead()).toBeGreaterThan(24 * mebibyte);
    // What may be held, and a piece on its way in each connection.
    expect(ended.slow.ahead()).toBeLessThan(48 * mebibyte + 9 * 256 * 1024);
    await expectWhole(ended);
  });

  test('unsubscribed from, leaves no connection behind', async () => {
    const { server, simulator, sink } = await run({ options: { concurrency: 4 }, until: 1500 });
    expect([server.maxOpen(), server.open(), simulator.sessions, sink.pending.size]).toEqual([4, 0, [], 0]);
  });
});

/** The first request is for the whole, those behind it are for parts. */
const data = { operation: 'data', after: 4, times: 1 } as const;

describe('a part that', () => {
  test.each<[string, Fault]>([
    ['is refused', { ...data, kind: 'refusal', errorType: 'SERVICE_UNAVAILABLE' }],
    ['breaks', { ...data, kind: 'truncate', shape: 'length-reset', at: 1_000_000 }],
    ['ends too soon', { ...data, kind: 'truncate', shape: 'chunked-complete', at: 1_000_000 }],
    ['is not answered', { ...data, kind: 'disconnect' }],
    ['is another one', { ...data, kind: 'range', how: 'other' }],
    ['is the whole file', { ...data, kind: 'range', how: 'ignored' }],
    ['is not named', { ...data, kind: 'range', how: 'unnamed' }],
    ['is said not to exist', { ...data, kind: 'range', how: 'refused' }],
    ['loses the login', { ...data, kind: 'session-lost', session: 'api' }],
  ])('%s costs some time, and nothing else', async (_, fault) => {
    const scenario = { data: { login: true }, faults: [fault] };
    const ended = await run({ scenario, options: { concurrency: 4, fileRetry: false } });
    expect(ofType(ended.values, 'retrying')).toEqual([]);
    expect(ended.server.maxOpen()).toBe(4);
    await expectWhole(ended);
  });

  test('is of other bytes under the name of the right ones is found out, and the file comes again over one connection', async () => {
    const ended = await run({ scenario: { faults: [{ ...data, kind: 'range', how: 'shifted' }] }, options: { concurrency: 4 } });
    expect(ofType(ended.values, 'retrying')).toMatchObject([{ error: { _tag: 'ChecksumError' } }]);
    expect(ended.server.ranges.lastIndexOf('')).toBe(ended.server.ranges.length - 1);
    await expectWhole(ended);
  });

  test('falls silent is given up when its turn has come and nothing came for so long; then the file goes on over one', async () => {
    const scenario = { faults: [{ ...data, kind: 'hang', at: 1_000_000 } as const] };
    const ended = await run({ scenario, options: { concurrency: 4, timeout: 10_000 } });
    expect(ofType(ended.values, 'retrying')).toMatchObject([{ error: { _tag: 'TimeoutError' } }]);
    expect(ended.server.ranges.at(-1)).toMatch(/^bytes=\d+-$/);
    expect(ended.seconds).toBeLessThan(20);
    await expectWhole(ended);
  });

  test('is gone with its session is fetched in another one, and what the sink has does not come again', async () => {
    const scenario = { faults: [{ ...data, kind: 'session-lost', at: 1_000_000 } as const] };
    const ended = await run({ scenario, options: { concurrency: 4 } });
    expect(ofType(ended.values, 'lease').map(({ state }) => state)).toEqual(expect.arrayContaining(['lost', 'renewed']));
    expect(ended.server.ranges.filter((range) => range === '')).toHaveLength(1);
    await expectWhole(ended);
  });
});
