import { describe, expect, test } from '@jest/globals';
import {
  createDownloadQueue,
  logout,
  toBlob,
  type DownloadQueue,
  type DownloadQueueOptions,
  type DownloadQueueState,
  type QueuedDownload,
  type QueuedDownloadStatus,
  type VCenter,
} from 'rx-content-library';
import { createSimulator, type Simulator } from 'rx-content-library/simulator';
import { filter, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, simulatedVCenter, user } from '../support/simulated-vcenter.ts';

const size = 200_000;
const names = ['a', 'b', 'c', 'd', 'e'];

/** Five items, each with a disk and a descriptor. */
const inventory = {
  libraries: [
    {
      name: 'templates',
      id: 'library-1',
      items: names.map((name) => ({
        name,
        id: `item-${name}`,
        contentVersion: '1',
        files: [
          { name: `${name}.ovf`, content: `<Envelope id="${name}"/>` },
          { name: `${name}.vmdk`, size },
        ],
      })),
    },
  ],
};

interface Run {
  readonly queue: DownloadQueue;
  readonly simulator: Simulator;
  readonly vc: VCenter;
  readonly states: DownloadQueueState[];
  /** Fulfills when a download has this status. */
  readonly until: (id: string, status: QueuedDownloadStatus) => Promise<QueuedDownload>;
  /** Fulfills when a download has received bytes. */
  readonly untilReceiving: (id: string) => Promise<QueuedDownload>;
}

/** Runs with a queue in virtual time, and logs out. A file takes ten seconds. */
const withQueue = async <A>(options: DownloadQueueOptions, run: (context: Run) => Promise<A>): Promise<A> =>
  inFakeTime(async () => {
    const scenario = { preparation: preparedAtOnce, data: { bytesPerSecond: 20_000 } };
    const { simulator, vc } = simulatedVCenter('auto', { inventory, scenario });
    const queue = createDownloadQueue(vc, options);
    const states: DownloadQueueState[] = [];
    queue.state$.subscribe((state) => states.push(state));
    const when = async (id: string, is: (download: QueuedDownload) => boolean): Promise<QueuedDownload> => {
      const find = ({ downloads }: DownloadQueueState): QueuedDownload | undefined => downloads.find((each) => each.id === id);
      const state = await firstValueFrom(
        queue.state$.pipe(filter((each) => [find(each)].some((one) => one !== undefined && is(one)))),
      );
      return find(state) as QueuedDownload;
    };
    const result = await run({
      queue,
      simulator,
      vc,
      states,
      until: (id, status) => when(id, (download) => download.status === status),
      untilReceiving: (id) => when(id, ({ received, status }) => received > 20_000 && status === 'running'),
    });
    queue.close();
    await lastValueFrom(logout(vc), { defaultValue: undefined });
    expect(simulator.sessions).toEqual([]);
    return result;
  });

const statuses = ({ downloads }: DownloadQueueState): readonly string[] => downloads.map(({ id, status }) => `${id} ${status}`);

describe('a queue', () => {
  test('downloads one item after the other, at most `concurrency` at a time, in order', async () => {
    const sink = memorySink();
    const { states, ids } = await withQueue({ concurrency: 2 }, async ({ queue, states, until }) => {
      const ids = names.map((name) => queue.add(`item-${name}`, sink));
      await until(ids.at(-1) ?? '', 'saved');
      return { states, ids };
    });
    expect(ids).toEqual(['1', '2', '3', '4', '5']);
    for (const { counts, downloads } of states) {
      expect(counts.running).toBeLessThanOrEqual(2);
      const started = downloads.map(({ startedAt }) => startedAt ?? Infinity);
      expect(started).toEqual([...started].sort((one, other) => one - other));
    }
    expect(states.some(({ counts }) => counts.running === 2 && counts.waiting === 1)).toBe(true);
    expect([...sink.files.keys()].sort()).toEqual(names.flatMap((name) => [`${name}.ovf`, `${name}.vmdk`]));
    expect(states.at(-1)).toMatchObject({
      counts: { waiting: 0, running: 0, paused: 0, saved: 5, failed: 0, cancelled: 0 },
      received: 5 * (size + 18),
      total: 5 * (size + 18),
      speed: 0,
    });
  });

  test('emits one state a period while bytes are received, with the speed and the time left', async () => {
    const moving = await withQueue({ period: 1000 }, async ({ queue, states, until }) => {
      const id = queue.add('item-a', memorySink());
      await until(id, 'saved');
      return states.filter(({ counts, received }) => counts.running === 1 && received > 20_000);
    });
    expect(moving.length).toBeGreaterThan(5);
    expect(moving.length).toBeLessThan(13);
    const { speed = 0, timeLeft = 0 } = moving.at(-3) ?? {};
    expect(speed).toBeGreaterThan(10_000);
    expect(speed).toBeLessThan(40_000);
    expect(timeLeft).toBeGreaterThan(0);
    expect(timeLeft).toBeLessThan(10_000);
  });

  test('keeps the objects of downloads and files that have not changed', async () => {
    const states = await withQueue({ concurrency: 1 }, async ({ queue, states, until }) => {
      const first = queue.add('item-a', memorySink());
      queue.add('item-b', memorySink());
      await until(first, 'saved');
      return states;
    });
    const [before, after] = states.filter(
      ({ downloads: [first] }) => (first?.received ?? 0) > 30_000 && first?.status === 'running',
    );
    expect(after?.downloads[0]).not.toBe(before?.downloads[0]);
    expect(after?.downloads[1]).toBe(before?.downloads[1]);
    const ovf = ({ downloads }: DownloadQueueState) => downloads[0]?.snapshot?.files.find(({ name }) => name === 'a.ovf');
    expect(ovf(after as DownloadQueueState)).toBeDefined();
    expect(ovf(after as DownloadQueueState)).toBe(ovf(before as DownloadQueueState));
  });

  test('uses at most `connections` for all downloads together', async () => {
    let [open, most] = [0, 0];
    await inFakeTime(async () => {
      const simulator = createSimulator({
        inventory,
        users: [user],
        scenario: { preparation: preparedAtOnce, data: { bytesPerSecond: 100_000 } },
      });
      const { vc } = simulatedVCenter(
        'auto',
        {},
        { fetch: countBodies(simulator.fetch, (change) => (most = Math.max(most, (open += change)))) },
      );
      const queue = createDownloadQueue(vc, { concurrency: 5, connections: 3 });
      for (const name of names) queue.add(`item-${name}`, memorySink());
      await firstValueFrom(queue.state$.pipe(filter(({ counts }) => counts.saved === 5)));
      queue.close();
    });
    expect(most).toBe(3);
    expect(open).toBe(0);
  });

  test('emits the events of all downloads', async () => {
    const types = await withQueue({}, async ({ queue, until }) => {
      const events = lastValueFrom(queue.events$.pipe(toArray()));
      const [a = '', b = ''] = ['item-a', 'item-b'].map((item) => queue.add(item, memorySink()));
      await Promise.all([until(a, 'saved'), until(b, 'saved')]);
      queue.close();
      return (await events)
        .filter(({ event }) => event.type === 'opened' || event.type === 'closed')
        .map(({ id, event }) => `${id} ${event.type}`);
    });
    expect([...types].sort()).toEqual(['1 closed', '1 opened', '2 closed', '2 opened']);
  });

  test('downloads only the files that were chosen, and carries the data of the application', async () => {
    const sink = memorySink();
    const saved = await withQueue({}, ({ queue, until }) =>
      until(queue.add({ id: 'item-a', name: 'a' }, sink, { files: ['a.ovf'], data: { path: 'x' }, id: 'mine' }), 'saved'),
    );
    expect(saved).toMatchObject({ id: 'mine', itemName: 'a', files: ['a.ovf'], data: { path: 'x' }, received: 18, total: 18 });
    expect([...sink.files.keys()]).toEqual(['a.ovf']);
  });

  test('keeps at most `history` ended downloads', async () => {
    const last = await withQueue({ history: 2 }, async ({ queue, until }) => {
      for (const name of names) await until(queue.add(`item-${name}`, memorySink()), 'saved');
      return queue.state;
    });
    expect(statuses(last)).toEqual(['4 saved', '5 saved']);
  });
});

describe('commands', () => {
  test('pause ends the session, resume continues after the bytes of the sink', async () => {
    const sink = toBlob();
    const result = await withQueue({}, async ({ queue, simulator, until, untilReceiving }) => {
      const id = queue.add('item-a', sink);
      await untilReceiving(id);
      expect(queue.pause(id)).toBe(true);
      expect(queue.pause(id)).toBe(false);
      expect(statuses(queue.state)).toEqual(['1 paused']);
      const before = simulator.requests.length;
      // Resuming at once waits until the first run has released the file.
      expect(queue.resume(id)).toBe(true);
      const saved = await until(id, 'saved');
      const parts = simulator.requests.slice(before).filter(({ status }) => status === 206);
      return { saved, parts };
    });
    expect(result.saved.received).toBe(size + 18);
    expect((await sink.blob('a.vmdk')?.arrayBuffer())?.byteLength).toBe(size);
    expect(result.parts).toHaveLength(1);
  });

  test('cancel ends waiting and running downloads; retry starts them again', async () => {
    const sink = memorySink();
    await withQueue({ concurrency: 1 }, async ({ queue, until, untilReceiving }) => {
      const [a = '', b = ''] = ['item-a', 'item-b'].map((item) => queue.add(item, sink));
      await untilReceiving(a);
      expect(queue.cancel()).toBe(true);
      expect(statuses(queue.state)).toEqual(['1 cancelled', '2 cancelled']);
      expect(queue.state.downloads.every(({ endedAt }) => endedAt !== undefined)).toBe(true);
      expect(queue.resume(a)).toBe(false);
      expect(queue.retry(b)).toBe(true);
      expect(await until(b, 'saved')).toMatchObject({ received: size + 18 });
      expect(queue.retry(b)).toBe(false);
    });
    expect([...sink.files.keys()].sort()).toEqual(['a.ovf', 'b.ovf', 'b.vmdk']);
  });

  test('a download that fails has the reason, the next one starts, and retry cures it', async () => {
    await withQueue({ concurrency: 1 }, async ({ queue, until }) => {
      const sink = memorySink();
      let isFull = true;
      const failing = {
        ...sink,
        open: (file: { name: string }) => (isFull ? Promise.reject(new Error('no space')) : sink.open(file)),
      };
      const id = queue.add('item-a', failing);
      const next = queue.add('item-b', sink);
      await until(next, 'saved');
      expect(await until(id, 'failed')).toMatchObject({
        error: { _tag: 'SinkError' },
        reason: expect.stringContaining('no space'),
      });
      isFull = false;
      queue.retry();
      const saved = await until(id, 'saved');
      expect(saved).not.toHaveProperty('reason');
      expect(saved).not.toHaveProperty('error');
    });
  });

  test('with continueOnError, a download with a failed file has failed, and the other files are there', async () => {
    await withQueue({ download: { continueOnError: true } }, async ({ queue, until }) => {
      const sink = memorySink();
      const open: typeof sink.open = (file) => (file.name === 'a.ovf' ? Promise.reject(new Error('refused')) : sink.open(file));
      const failed = await until(queue.add('item-a', { ...sink, open }), 'failed');
      expect([...sink.files.keys()]).toEqual(['a.vmdk']);
      expect(failed.reason).toContain('a.ovf');
    });
  });

  test('move changes the order in which waiting downloads start', async () => {
    const order = await withQueue({ concurrency: 1 }, async ({ queue, until }) => {
      const ids = names.map((name) => queue.add(`item-${name}`, memorySink()));
      expect(queue.move(ids[4] ?? '', 1)).toBe(true);
      expect(queue.move(ids[4] ?? '', 1)).toBe(false);
      expect(queue.move('none', 1)).toBe(false);
      await until(ids[3] ?? '', 'saved');
      return [...queue.state.downloads].sort((one, other) => (one.startedAt ?? 0) - (other.startedAt ?? 0)).map(({ id }) => id);
    });
    expect(order).toEqual(['1', '5', '2', '3', '4']);
  });

  test('remove takes ended and paused downloads out of the list, not running ones', async () => {
    await withQueue({ concurrency: 1 }, async ({ queue, untilReceiving }) => {
      const [a = '', b = ''] = ['item-a', 'item-b'].map((item) => queue.add(item, memorySink()));
      await untilReceiving(a);
      expect(queue.remove(a)).toBe(false);
      queue.pause(b);
      expect(queue.remove()).toBe(true);
      expect(statuses(queue.state)).toEqual(['1 running']);
      queue.cancel(a);
      expect(queue.remove(a)).toBe(true);
      expect(queue.state.downloads).toEqual([]);
    });
  });

  test('close stops everything; the commands change nothing afterwards, and add throws', async () => {
    await withQueue({}, async ({ queue, simulator, vc, untilReceiving }) => {
      const id = queue.add('item-a', memorySink());
      await untilReceiving(id);
      queue.close();
      queue.close();
      await lastValueFrom(logout(vc), { defaultValue: undefined });
      expect(simulator.sessions).toEqual([]);
      expect(await lastValueFrom(queue.state$, { defaultValue: 'completed' })).toBe('completed');
      for (const name of ['pause', 'resume', 'cancel', 'retry', 'remove'] as const) expect(queue[name](id)).toBe(false);
      expect(() => queue.add('item-b', memorySink())).toThrow('The queue is closed. Create another one.');
    });
  });
});

describe('serialize and restore', () => {
  test('a queue goes on in another run of the application, with the sinks of that run', async () => {
    const sink = toBlob();
    const json = await withQueue({ concurrency: 1 }, async ({ queue, untilReceiving }) => {
      const [a = ''] = names.slice(0, 3).map((name) => queue.add(`item-${name}`, sink, { data: { name } }));
      await untilReceiving(a);
      queue.pause('2');
      return JSON.stringify(queue.serialize());
    });
    expect(json).not.toMatch(/snapshot|session|https?:/);
    const seen: unknown[] = [];
    const restore = JSON.parse(json) as ReturnType<DownloadQueue['serialize']>;
    const toSink = ({ data }: QueuedDownload) => {
      seen.push(data);
      return sink;
    };
    await withQueue({ restore, toSink }, async ({ queue, until }) => {
      expect(statuses(queue.state)).toEqual(['1 running', '2 paused', '3 running']);
      expect(queue.add('item-d', sink)).toBe('4');
      await Promise.all(['1', '3', '4'].map((id) => until(id, 'saved')));
      expect(statuses(queue.state)).toEqual(['1 saved', '2 paused', '3 saved', '4 saved']);
    });
    expect(seen).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    expect(sink.blob('a.vmdk')?.size).toBe(size);
  });

  test.each([[{}], [{ v: 2, downloads: [] }], [{ v: 1, downloads: [{ id: 5 }] }], ['text'], [null]])(
    '%j is refused',
    (restore) => {
      const { vc } = simulatedVCenter();
      expect(() => createDownloadQueue(vc, { restore: restore as never, toSink: () => toBlob() })).toThrow(
        'restore: expected what serialize() of a queue has returned',
      );
    },
  );
});

describe('bad arguments', () => {
  const { vc } = simulatedVCenter();
  test.each<[string, DownloadQueueOptions]>([
    ['concurrency', { concurrency: 0 }],
    ['connections', { connections: 1.5 }],
    ['limitRate', { limitRate: 10 }],
    ['period', { period: -1 }],
    ['history', { history: NaN }],
    ['toSink', { restore: { v: 1, downloads: [] } }],
    ['download.concurrency', { download: { concurrency: 3 } as never }],
    ['lowSpeed.time', { download: { lowSpeed: { time: 0 } } }],
  ])('%s is refused by name', (name, options) => {
    expect(() => createDownloadQueue(vc, options)).toThrow(`${name}: `);
  });

  test.each<[string, Parameters<DownloadQueue['add']>]>([
    ['item', [5 as never, toBlob()]],
    ['sink', ['item-a', {} as never]],
    ['files', ['item-a', toBlob(), { files: 'a.ovf' as never }]],
    ['id', ['item-a', toBlob(), { id: '' }]],
    ['name', ['item-a', toBlob(), { name: 'a' } as never]],
  ])('add refuses %s by name, and adds nothing', (name, parameters) => {
    const queue = createDownloadQueue(vc);
    expect(() => queue.add(...parameters)).toThrow(`${name}: `);
    expect(queue.state.downloads).toEqual([]);
  });

  test('an id can be used once', () => {
    const queue = createDownloadQueue(vc, { restore: { v: 1, downloads: [paused('x')] }, toSink: () => toBlob() });
    expect(() => queue.add('item-a', toBlob(), { id: 'x' })).toThrow(
      'id: expected an id that no other download of the queue has, got "x"',
    );
    queue.close();
  });
});

const paused = (id: string) => ({ id, itemId: 'item-a', status: 'paused', received: 0, addedAt: 0 });

/** Reports how many bodies of files are open. */
const countBodies =
  (fetch: typeof globalThis.fetch, onChange: (change: 1 | -1) => void): typeof globalThis.fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    const response = await fetch(request);
    if (response.body === null || !request.url.includes('/cls/data/')) return response;
    onChange(1);
    let isOpen = true;
    const close = (): void => {
      if (isOpen) onChange(-1);
      isOpen = false;
    };
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          close();
          controller.close();
        },
        cancel: async (reason) => {
          close();
          await reader.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { status: response.status, headers: response.headers });
  };
