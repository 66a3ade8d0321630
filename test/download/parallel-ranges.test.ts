import { describe, expect, test } from '@jest/globals';
import { download, vcenter, type DownloadOptions, type Sink } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator, type Fault, type Scenario } from 'rx-content-library/simulator';
import { identity, lastValueFrom, takeUntil, timer } from 'rxjs';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { slowServer, type Connection, type SlowServer } from '../support/slow-server.ts';

const MEBIBYTE = 1024 * 1024;

/** 25 MB/s for each connection. */
const slowConnection: Connection = { latency: 40, bytesPerMillisecond: 25_000 };

interface Run {
  readonly files?: readonly { readonly name: string; readonly size: number }[];
  readonly scenario?: Scenario;
  readonly options?: DownloadOptions;
  readonly connection?: Connection;
  /** Milliseconds after which to unsubscribe. */
  readonly unsubscribeAfter?: number;
  /** Milliseconds that the sink takes for each write. */
  readonly writeDelay?: number;
}

const large = [{ name: 'disk.vmdk', size: 48 * MEBIBYTE }] as const;

/** A slow sink. Measures how many bytes the server was ahead of it at most, and how many writes ran at a time. */
const slowSink = (sink: Sink, delay: number) => {
  let [written, maxAhead, writes, maxWrites] = [0, 0, 0, 0];
  const withServer = (server: SlowServer): Sink => ({
    ...sink,
    open: async (incoming) => {
      const file = await sink.open(incoming);
      return {
        ...file,
        write: async (bytes) => {
          writes += 1;
          maxWrites = Math.max(maxWrites, writes);
          await lastValueFrom(timer(delay));
          await file.write(bytes);
          written += bytes.byteLength;
          maxAhead = Math.max(maxAhead, server.sent() - written);
          writes -= 1;
        },
      };
    },
  });
  return { sink: withServer, maxAhead: () => maxAhead, maxWrites: () => maxWrites };
};

const run = ({
  files = large,
  scenario = {},
  options = {},
  connection = slowConnection,
  unsubscribeAfter = Infinity,
  writeDelay = 0,
}: Run) =>
  inFakeTime(async () => {
    const startedAt = Date.now();
    const simulator = createSimulator({
      users: [user],
      createHash: nodeHash,
      inventory: { libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', contentVersion: '7', files }] }] },
      scenario: { preparation: { ...preparedAtOnce, checksumKnown: 'at-once' }, ...scenario },
    });
    const server = slowServer(simulator, connection);
    const sink = restartableMemorySink();
    const slow = slowSink(sink, writeDelay);
    const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: server.fetch });
    const events$ = download(vc, 'item-1', writeDelay === 0 ? sink : slow.sink(server), options).pipe(
      unsubscribeAfter === Infinity ? identity : takeUntil(timer(unsubscribeAfter)),
    );
    const { values, error } = await collect(events$);
    const seconds = (Date.now() - startedAt) / 1000;
    // Time for the clean-up after an unsubscribe.
    if (unsubscribeAfter !== Infinity) await lastValueFrom(timer(1000));
    return { simulator, server, sink, slow, values, error, seconds };
  });

/** The original bytes of the files. */
const originalsOf = async (files: Run['files']): Promise<ReadonlyMap<string, Uint8Array>> =>
  (await run({ ...(files && { files }), options: { concurrency: 1 }, connection: { latency: 0, bytesPerMillisecond: Infinity } }))
    .sink.files;

let originalOfLarge: ReadonlyMap<string, Uint8Array> | undefined;

const bytesOf = ({ files }: { readonly files: ReadonlyMap<string, Uint8Array> }): Uint8Array =>
  files.get('disk.vmdk') ?? Buffer.of();

const expectComplete = async (
  { sink, server, simulator, error }: Awaited<ReturnType<typeof run>>,
  files: Run['files'] = large,
) => {
  expect(error).toBeUndefined();
  const originals = files === large ? (originalOfLarge ??= await originalsOf(large)) : await originalsOf(files);
  expect([...sink.files.keys()].toSorted()).toEqual([...originals.keys()].toSorted());
  for (const [name, bytes] of originals)
    expect([name, Buffer.compare(sink.files.get(name) ?? Buffer.of(), bytes)]).toEqual([name, 0]);
  expect([server.open(), simulator.sessions]).toEqual([0, []]);
};

/** All connections are used; for every four of them, one request more may wait for its response while a range ends. */
const expectConnections = (maxOpen: number, concurrency: number): void => {
  expect(maxOpen).toBeGreaterThanOrEqual(concurrency);
  expect(maxOpen).toBeLessThanOrEqual(concurrency + Math.floor(concurrency / 4));
};

describe('a large file from a slow server', () => {
  test('uses all allowed connections, and is faster accordingly', async () => {
    const files = [{ name: 'disk.vmdk', size: 160 * MEBIBYTE }] as const;
    const connection: Connection = { latency: 40, bytesPerMillisecond: 15_000 };
    const [one, four, eight] = [
      await run({ files, connection, options: { concurrency: 1 } }),
      await run({ files, connection, options: { concurrency: 4 } }),
      await run({ files, connection, options: { concurrency: 8 } }),
    ];
    [one, four, eight].forEach(({ server }, index) => expectConnections(server.maxOpen(), [1, 4, 8][index] ?? NaN));
    expect(one.seconds / four.seconds).toBeGreaterThan(3);
    expect(one.seconds / eight.seconds).toBeGreaterThan(4.5);
    for (const { server } of [one, four, eight]) expect(server.sent()).toBeLessThan(files[0].size * 1.02);
    for (const { sink } of [four, eight]) expect(Buffer.compare(bytesOf(sink), bytesOf(one.sink))).toBe(0);
    expect(ofType(eight.values, 'retrying')).toEqual([]);
  }, 180_000);

  test('is requested in byte ranges with If-Range and its strong ETag', async () => {
    const { server } = await run({});
    expect([...server.conditions]).toEqual([expect.stringMatching(/^".+"$/)]);
    expect(server.ranges[0]).toBe('');
    expect(server.ranges.slice(1).every((range) => /^bytes=\d+-\d+$/.test(range))).toBe(true);
  });

  test('is requested in byte ranges without a strong ETag, too: a session has one content version', async () => {
    const result = await run({ options: { concurrency: 2 }, scenario: { data: { etag: 'weak' } } });
    expect([...result.server.conditions]).toEqual([null]);
    expect(result.server.maxOpen()).toBe(2);
    await expectComplete(result);
  });

  test.each<[string, Run]>([
    ['the server does not state that it supports ranges', { scenario: { data: { ranges: false } } }],
    ['no length is stated', { scenario: { data: { contentLength: false } } }],
    ['no checksum is stated in advance', { scenario: { preparation: preparedAtOnce } }],
    ['only one connection is allowed', { options: { concurrency: 1 } }],
    ['one connection is fast', { connection: { latency: 0, bytesPerMillisecond: 400_000 } }],
    ['the file is too small', { files: [{ name: 'disk.vmdk', size: 16 * MEBIBYTE }] }],
  ])('is fetched over one connection if %s', async (_, options) => {
    const result = await run({ options: { concurrency: 4 }, ...options });
    expect(result.error).toBeUndefined();
    expect(result.server.ranges).toEqual(['']);
    expect(result.server.maxOpen()).toBe(1);
  });

  test('leaves the connections to other files that are waiting', async () => {
    const files = [
      { name: 'disk.vmdk', size: 64 * MEBIBYTE },
      ...Array.from({ length: 6 }, (_, at) => ({ name: `small-${at}`, size: 5 * MEBIBYTE })),
    ];
    const scenario = {
      files: Object.fromEntries(
        files
          .slice(1)
          .map(({ name }, at) => [name, { requested: 0, preparing: 300 + at * 60, checksumKnown: 'at-once' as const }]),
      ),
    };
    const result = await run({ files, scenario, options: { concurrency: 3 } });
    expect(result.server.maxOpen()).toBe(3);
    const order = ofType(result.values, 'saved').map(({ file }) => file);
    expect(order.at(-1)).toBe('disk.vmdk');
    await expectComplete(result, files);
  });

  test('two large files share the connections and the buffer', async () => {
    const files = [...large, { name: 'other.vmdk', size: 40 * MEBIBYTE }];
    const result = await run({ files, options: { concurrency: 6 } });
    expectConnections(result.server.maxOpen(), 6);
    expect(result.server.ranges.length).toBeGreaterThan(10);
    await expectComplete(result, files);
  });

  test('is slowed down by a slow sink, which gets one write at a time', async () => {
    const result = await run({ options: { concurrency: 8 }, writeDelay: 20 });
    expect(result.server.maxOpen()).toBeGreaterThanOrEqual(4);
    expect(result.slow.maxWrites()).toBe(1);
    expect(result.slow.maxAhead()).toBeGreaterThan(16 * MEBIBYTE);
    // The buffer limit, and a chunk in flight on each connection.
    expect(result.slow.maxAhead()).toBeLessThan(48 * MEBIBYTE + 9 * 256 * 1024);
    await expectComplete(result);
  });

  test('leaves no connection behind when it is unsubscribed from', async () => {
    const { server, simulator, sink } = await run({ options: { concurrency: 4 }, unsubscribeAfter: 1500 });
    expectConnections(server.maxOpen(), 4);
    expect([server.open(), simulator.sessions, sink.pending.size]).toEqual([0, [], 0]);
  });
});

/** Hits a byte range: only the first request is for the complete file. */
const data = { operation: 'data', after: 4, times: 1 } as const;

describe('a byte range that', () => {
  test.each<[string, Fault]>([
    ['is refused', { ...data, kind: 'refusal', errorType: 'SERVICE_UNAVAILABLE' }],
    ['is interrupted', { ...data, kind: 'truncate', shape: 'length-reset', at: 1_000_000 }],
    ['is too short', { ...data, kind: 'truncate', shape: 'chunked-complete', at: 1_000_000 }],
    ['gets no response', { ...data, kind: 'disconnect' }],
    ['is another range', { ...data, kind: 'range', how: 'other' }],
    ['is the complete file', { ...data, kind: 'range', how: 'ignored' }],
    ['has no Content-Range', { ...data, kind: 'range', how: 'unnamed' }],
    ['gets 416', { ...data, kind: 'range', how: 'refused' }],
    ['gets 401', { ...data, kind: 'session-lost', session: 'api' }],
  ])('%s is fetched again, without a retry of the file', async (_, fault) => {
    const scenario = { data: { login: true }, faults: [fault] };
    const result = await run({ scenario, options: { concurrency: 4, fileRetry: false } });
    expect(ofType(result.values, 'retrying')).toEqual([]);
    expectConnections(result.server.maxOpen(), 4);
    await expectComplete(result);
  });

  test('has the bytes of another range fails the checksum, and the file is fetched again over one connection', async () => {
    const result = await run({ scenario: { faults: [{ ...data, kind: 'range', how: 'shifted' }] }, options: { concurrency: 4 } });
    expect(ofType(result.values, 'retrying')).toMatchObject([{ error: { _tag: 'ChecksumError' } }]);
    expect(result.server.ranges.lastIndexOf('')).toBe(result.server.ranges.length - 1);
    await expectComplete(result);
  });

  test('stalls times out once its bytes are needed, and the file resumes over one connection', async () => {
    const scenario = { faults: [{ ...data, kind: 'hang', at: 1_000_000 } as const] };
    const result = await run({ scenario, options: { concurrency: 4, timeout: 10_000 } });
    expect(ofType(result.values, 'retrying')).toMatchObject([{ error: { _tag: 'TimeoutError' } }]);
    expect(result.server.ranges.at(-1)).toMatch(/^bytes=\d+-$/);
    expect(result.seconds).toBeLessThan(20);
    await expectComplete(result);
  });

  test('is lost with its session is fetched in a new session, and the file resumes', async () => {
    const scenario = { faults: [{ ...data, kind: 'session-lost', at: 1_000_000 } as const] };
    const result = await run({ scenario, options: { concurrency: 4 } });
    expect(ofType(result.values, 'lease').map(({ state }) => state)).toEqual(expect.arrayContaining(['lost', 'renewed']));
    expect(result.server.ranges.filter((range) => range === '')).toHaveLength(1);
    await expectComplete(result);
  });
});
