/** A download that runs several times saves each file once: after a pause, a failure, and a restart of the application. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  createDownloadQueue,
  logout,
  type DownloadQueue,
  type DownloadQueueOptions,
  type QueuedDownload,
  type SerializedQueue,
  type Sink,
} from 'rx-content-library';
import { nodeHash, toDirectory } from 'rx-content-library/node';
import type { Scenario } from 'rx-content-library/simulator';
import { filter, first, firstValueFrom, lastValueFrom, map } from 'rxjs';
import { temporaryDirectory } from '../node/temporary.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, simulatedVCenter } from '../support/simulated-vcenter.ts';

const size = 200_000;
const envelope = `<Envelope>${' '.repeat(30_000)}</Envelope>`;
const total = size + envelope.length;
const inventory = {
  libraries: [
    {
      name: 'templates',
      items: [
        {
          name: 'debian',
          id: 'item-1',
          contentVersion: '1',
          files: [
            { name: 'debian.ovf', content: envelope },
            { name: 'debian.vmdk', size },
          ],
        },
      ],
    },
  ],
};
/** The library states no checksums: the sink cannot know whether an existing file is the one of the library. */
const slow: Scenario = { preparation: preparedAtOnce, checksums: 'none', data: { bytesPerSecond: 20_000 } };

type Until = (is: (download: QueuedDownload) => boolean) => Promise<QueuedDownload>;

const inRealTime = async <A>(run: () => Promise<A>): Promise<A> => run();

/** A disk takes real time: virtual time would pass meanwhile, and end the download. */
const onDisk = { data: { bytesPerSecond: 400_000 } };

/** Runs with a queue, in virtual time unless there is a scenario with a disk. */
const withQueue = async <A>(
  run: (queue: DownloadQueue, until: Until) => Promise<A>,
  options: DownloadQueueOptions = {},
  scenario: Scenario = {},
): Promise<{ readonly result: A; readonly fetched: readonly string[] }> =>
  (scenario === onDisk ? inRealTime : inFakeTime)(async () => {
    const { simulator, vc } = simulatedVCenter('auto', { inventory, scenario: { ...slow, ...scenario } });
    const queue = createDownloadQueue(vc, { period: scenario === onDisk ? 10 : 250, ...options });
    const until: Until = (is) =>
      firstValueFrom(
        queue.state$.pipe(
          map(({ downloads: [first] }) => first as QueuedDownload),
          filter(is),
        ),
      );
    const result = await run(queue, until);
    queue.close();
    await lastValueFrom(logout(vc), { defaultValue: undefined });
    expect(simulator.sessions).toEqual([]);
    const fetched = simulator.requests
      .filter(({ operation }) => operation === 'data')
      .map(({ path }) => path.split('/').at(-1) ?? '');
    return { result, fetched };
  });

const hasSaved =
  (name: string, received = 0) =>
  (download: QueuedDownload): boolean =>
    download.received > received &&
    download.snapshot?.files.some((file) => file.name === name && file.phase === 'saved') === true;
const hasEnded = ({ status }: QueuedDownload): boolean => status === 'saved' || status === 'failed';

test('a resumed download leaves out the files that were saved before the pause, and its snapshot has them', async () => {
  const directory = await temporaryDirectory();
  const { result, fetched } = await withQueue(
    async (queue, until) => {
      queue.add('item-1', toDirectory(directory));
      await until(hasSaved('debian.ovf', 40_000));
      queue.pause();
      queue.resume();
      return until(hasEnded);
    },
    {},
    onDisk,
  );
  expect(result).toMatchObject({ status: 'saved', received: total, total, contentVersion: '1' });
  expect(result.snapshot?.files).toMatchObject([
    { name: 'debian.ovf', phase: 'saved', saved: { verified: 'length', skipped: true } },
    { name: 'debian.vmdk', phase: 'saved', saved: { verified: 'length' } },
  ]);
  expect(result.snapshot?.percent).toBe(100);
  expect(fetched.filter((name) => name === 'debian.ovf')).toHaveLength(1);
  expect(await readFile(join(directory, 'debian.ovf'), 'utf8')).toBe(envelope);
});

test('the bytes of saved files count as received from the start of the next run, and not as speed', async () => {
  const { result } = await withQueue(async (queue, until) => {
    queue.add('item-1', memorySink());
    await until(hasSaved('debian.ovf', 40_000));
    queue.pause();
    const speeds: number[] = [];
    queue.state$.subscribe(({ speed }) => speeds.push(speed));
    queue.resume();
    const { received } = await until(({ snapshot }) => snapshot?.files.length === 2);
    await until(hasEnded);
    return { received, speeds };
  });
  expect(result.received).toBeGreaterThanOrEqual(envelope.length);
  expect(Math.max(...result.speeds)).toBeGreaterThan(10_000);
  expect(Math.max(...result.speeds)).toBeLessThan(40_000);
});

test('retry of a failed download leaves out its saved files, and a list of names stays a list', async () => {
  const sink = memorySink();
  let isFull = true;
  const open: typeof sink.open = (file) =>
    isFull && file.name === 'debian.vmdk' ? Promise.reject(new Error('no space')) : sink.open(file);
  const { result, fetched } = await withQueue(
    async (queue, until) => {
      queue.add('item-1', { ...sink, open }, { files: ['debian.vmdk', 'debian.ovf'] });
      expect(await until(hasEnded)).toMatchObject({ status: 'failed' });
      isFull = false;
      queue.retry();
      return until(hasEnded);
    },
    { download: { continueOnError: true } },
  );
  expect(result).toMatchObject({ status: 'saved', received: total });
  expect(fetched).toEqual(['debian.ovf', 'debian.vmdk']);
});

test('a pause at the event of the last file: the next run fetches nothing', async () => {
  const { result, fetched } = await withQueue(async (queue, until) => {
    queue.events$.pipe(first(({ event }) => event.type === 'saved')).subscribe(() => {
      queue.pause();
      queue.resume();
    });
    queue.add('item-1', memorySink(), { files: ['debian.ovf'] });
    return until(hasEnded);
  });
  expect(result).toMatchObject({ status: 'saved', received: envelope.length });
  expect(fetched).toEqual(['debian.ovf']);
});

test('if the content of the item was replaced meanwhile, all files are downloaded again', async () => {
  const sink = memorySink();
  const { result } = await withQueue(
    async (queue, until) => {
      queue.add('item-1', sink);
      await until(hasSaved('debian.ovf', 40_000));
      queue.pause();
      // The content is replaced after 60 seconds.
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      queue.resume();
      return until(hasEnded);
    },
    {},
    {
      contentChanges: [{ item: 'item-1', file: 'debian.ovf', after: 60_000, content: '<Envelope id="2"/>', contentVersion: '2' }],
    },
  );
  expect(result).toMatchObject({ status: 'saved', contentVersion: '2', received: size + 18 });
  expect(String(Buffer.from(sink.files.get('debian.ovf') ?? []))).toBe('<Envelope id="2"/>');
});

const restart = async (change: (files: Map<string, Uint8Array>) => unknown) => {
  const memory = memorySink();
  const find: Sink['find'] = async ({ name, checksum }) => {
    const bytes = memory.files.get(name) ?? new Uint8Array();
    const hash = nodeHash(checksum.algorithm);
    hash?.update(bytes);
    return hash?.digest() === checksum.value ? { bytes: bytes.byteLength } : undefined;
  };
  const sink = { ...memory, find };
  const { result: json } = await withQueue(async (queue, until) => {
    queue.add('item-1', sink);
    await until(hasSaved('debian.ovf', 40_000));
    return JSON.stringify(queue.serialize());
  });
  change(memory.files);
  const restore = JSON.parse(json) as SerializedQueue;
  const { result, fetched } = await withQueue((_, until) => until(hasEnded), { restore, toSink: () => sink });
  expect(result).toMatchObject({ status: 'saved', received: total });
  expect(String(Buffer.from(memory.files.get('debian.ovf') ?? []))).toBe(envelope);
  return fetched;
};

test('after a restart of the application, files that the sink still has are left out', async () => {
  expect(await restart(() => undefined)).toEqual(['debian.vmdk']);
});

test.each<[string, (files: Map<string, Uint8Array>) => unknown]>([
  ['was removed', (files) => files.delete('debian.ovf')],
  ['has other bytes', (files) => files.set('debian.ovf', new Uint8Array(envelope.length))],
])('after a restart of the application, a file that %s is downloaded again', async (_, change) => {
  expect([...(await restart(change))].sort()).toEqual(['debian.ovf', 'debian.vmdk']);
});
