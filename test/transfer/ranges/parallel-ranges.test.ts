import { describe, expect, test } from '@jest/globals';
import { defer, NEVER, Observable, of, throwError } from 'rxjs';
import type { ConnectionSlot } from '#src/operators/merge-map-adaptive.js';
import { fetchRangesInOrder, type ParallelRangesOptions } from '#src/transfer/ranges/parallel-ranges.js';
import { createRangePlan, type RangePlan } from '#src/transfer/ranges/range-plan.js';
import { seededRandom } from '../../support/seeded-random.ts';
import { scaled } from '../../support/soak.ts';

const limits = { minRemaining: 100, maxBuffered: 90, minRangeSize: 8, fastEnough: Infinity, measureTime: 0 };

/** A slot with `extra` extra slots, which counts the connections in use. */
const countingSlot = (
  extra: number,
): { slot: ConnectionSlot; inUse: () => number; maxInUse: () => number; grow: (by: number) => void } => {
  let [free, inUse, maxInUse] = [extra, 0, 0];
  const begin = (): (() => void) => {
    let isReleased = false;
    inUse += 1;
    maxInUse = Math.max(maxInUse, inUse);
    return () => {
      if (isReleased) throw new Error('released twice');
      isReleased = true;
      inUse -= 1;
    };
  };
  const hasExtra = (): boolean => free > 0;
  const acquireExtra = () => {
    if (!hasExtra()) return undefined;
    free -= 1;
    const release = begin();
    return () => {
      free += 1;
      release();
    };
  };
  return {
    slot: { begin, hasExtra, overlap: () => undefined, acquireExtra },
    inUse: () => inUse,
    maxInUse: () => maxInUse,
    grow: (by) => {
      free += by;
    },
  };
};

/** A plan that counts the reserved bytes and checks their limit. */
const countingPlan = (connections: number, changes = {}): RangePlan & { readonly reserved: () => number } => {
  const plan = createRangePlan(connections, { ...limits, ...changes });
  let reserved = 0;
  return {
    ...plan,
    reserved: () => reserved,
    reserve: (bytes) => {
      const isReserved = plan.reserve(bytes);
      if (isReserved) reserved += bytes;
      expect(reserved).toBeLessThanOrEqual(plan.maxBuffered);
      return isReserved;
    },
    release: (bytes) => {
      reserved -= bytes;
      expect(reserved).toBeGreaterThanOrEqual(0);
      plan.release(bytes);
    },
  };
};

const source = Uint8Array.from({ length: 1000 }, (_, at) => (at * 7 + (at >> 8)) % 251);

/** Creates bodies, and counts those that were neither read to their end nor cancelled. */
const createBodies = () => {
  let open = 0;
  const body$ = (chunks: Iterable<Uint8Array | 'error' | 'hang'>): Observable<ReadableStream<Uint8Array>> =>
    defer(() => {
      const left = [...chunks];
      let isOpen = true;
      const end = (): void => {
        if (isOpen) open -= 1;
        isOpen = false;
      };
      open += 1;
      const stream = new ReadableStream<Uint8Array>(
        {
          pull: async (controller) => {
            const chunk = left.shift();
            await Promise.resolve();
            if (chunk === 'hang') return new Promise(() => undefined);
            if (!isOpen) return;
            if (chunk === undefined || chunk === 'error') end();
            if (chunk === undefined) return controller.close();
            return chunk === 'error' ? controller.error(new Error('connection reset')) : controller.enqueue(chunk);
          },
          cancel: end,
        },
        { highWaterMark: 0 },
      );
      return of(stream);
    });
  return { open: () => open, body$ };
};

const readAll = async (stream: ReadableStream<Uint8Array>): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const setUp = (changes: Partial<ParallelRangesOptions> = {}, extra = 2) => {
  const connections = countingSlot(extra);
  const plan = countingPlan(extra + 1);
  const { open, body$ } = createBodies();
  const requested: [number, number][] = [];
  const failures: unknown[] = [];
  const options: ParallelRangesOptions = {
    from: 100,
    total: 1000,
    plan,
    slot: connections.slot,
    onFailure: (thrown) => failures.push(thrown),
    ...changes,
    open: (from, to) => {
      requested.push([from, to]);
      return changes.open?.(from, to) ?? body$([source.subarray(from, to)]);
    },
  };
  const { stream } = fetchRangesInOrder(options);
  const resources = () => ({ open: open(), reserved: plan.reserved(), inUse: connections.inUse() });
  return { stream, requested, failures, connections, plan, resources };
};

const nothing = { open: 0, reserved: 0, inUse: 0 };

describe('a file fetched in ranges', () => {
  test('is streamed in order, even if the ranges are received out of order', async () => {
    const { stream, requested, connections, resources } = setUp();
    expect(Buffer.compare(await readAll(stream), source.subarray(100))).toBe(0);
    expect(requested[0]).toEqual([100, 120]);
    expect(requested.every(([from], at) => from === (requested[at - 1]?.[1] ?? 100))).toBe(true);
    expect(requested.at(-1)?.[1]).toBe(1000);
    expect(connections.maxInUse()).toBe(3);
    expect(resources()).toEqual(nothing);
  });

  test('requests nothing before the first read, and no more than the buffer limit while it is not read', async () => {
    const { stream, requested, plan } = setUp();
    await nextTurn();
    expect(requested).toEqual([]);
    const reader = stream.getReader();
    await reader.read();
    await nextTurn();
    expect(plan.reserved()).toBeLessThanOrEqual(80);
    expect(requested).toHaveLength(5);
  });

  test('streams the first chunks of a range before the range is complete', async () => {
    const { body$ } = createBodies();
    const { stream, resources } = setUp({ open: (from) => body$([source.subarray(from, from + 5), 'hang']) });
    const reader = stream.getReader();
    expect(await reader.read()).toEqual({ done: false, value: source.subarray(100, 105) });
    await reader.cancel();
    expect(resources()).toEqual(nothing);
  });

  test.each<
    [string, (from: number, to: number, body$: ReturnType<typeof createBodies>['body$']) => ParallelRangesOptions['open'], number]
  >([
    ['is refused', () => () => throwError(() => 'refused'), 160],
    ['errors', (from, _, body$) => () => body$([source.subarray(from, from + 5), 'error']), 165],
    ['is too short', (from, _, body$) => () => body$([source.subarray(from, from + 5)]), 165],
    ['is too long', (from, to, body$) => () => body$([source.subarray(from, from + 5), source.subarray(from + 5, to + 1)]), 165],
  ])('ends before the gap if a range %s', async (_, failing, end) => {
    const bodies = createBodies();
    const { stream, failures, requested, resources } = setUp({
      open: (from, to) => (from === 160 ? failing(from, to, bodies.body$)(from, to) : bodies.body$([source.subarray(from, to)])),
    });
    expect(Buffer.compare(await readAll(stream), source.subarray(100, end))).toBe(0);
    expect(failures).toHaveLength(1);
    expect(requested.length).toBeLessThan(10);
    expect(resources()).toEqual(nothing);
    expect(bodies.open()).toBe(0);
  });

  test('ends when no second connection is available any more', async () => {
    const { stream, connections, resources } = setUp();
    const reader = stream.getReader();
    await reader.read();
    connections.grow(-2);
    let received = 20;
    for (let next = await reader.read(); !next.done; next = await reader.read()) received += next.value.byteLength;
    expect(received).toBeLessThan(900);
    connections.grow(2);
    expect(resources()).toEqual(nothing);
  });

  test('ends at once if no second connection is available', async () => {
    const { stream, requested, resources } = setUp({}, 0);
    expect(await readAll(stream)).toHaveLength(0);
    expect(requested).toEqual([]);
    expect(resources()).toEqual(nothing);
  });

  test('cancelling cancels pending requests, open bodies and buffered ranges', async () => {
    let pending = 0;
    const noResponse$ = new Observable<never>(() => {
      pending += 1;
      return () => {
        pending -= 1;
      };
    });
    const { body$, open } = createBodies();
    const { stream, resources } = setUp({
      open: (from, to) => [body$([source.subarray(from, to)]), body$(['hang']), noResponse$][((from - 100) / 20) % 3] ?? NEVER,
    });
    const reader = stream.getReader();
    await reader.read();
    const next = reader.read();
    await nextTurn();
    expect([pending, open()]).toEqual([1, 2]);
    await reader.cancel();
    expect(await next).toMatchObject({ done: true });
    expect([pending, open()]).toEqual([0, 0]);
    expect(resources()).toEqual(nothing);
  });

  test('the last ranges are shorter, so that all connections end at about the same time', () => {
    const { nextLength } = createRangePlan(4, { ...limits, maxBuffered: 600, minRangeSize: 8 });
    expect([1000, 400, 200, 100, 20, 5].map(nextLength)).toEqual([100, 100, 50, 25, 8, 5]);
  });

  test('the buffer is bounded for any number of connections', () => {
    const mebibyte = 1024 * 1024;
    for (const connections of [2, 4, 8, 16, 1000]) {
      const { nextLength, reserve } = createRangePlan(connections);
      let reserved = 0;
      while (reserve(nextLength(1e12))) reserved += nextLength(1e12);
      expect(reserved).toBeLessThanOrEqual(48 * mebibyte);
      expect(nextLength(1e12)).toBeGreaterThanOrEqual(4 * mebibyte);
    }
  });
});

describe('under random failures', () => {
  const runs = scaled({ test: 200, soak: 1000 });

  test(`${runs} streams are the file or its first bytes, stay within their limits, and leave nothing open`, async () => {
    const endings = { complete: 0, short: 0, cancelled: 0 };
    for (let seed = 1; seed <= runs; seed += 1) {
      const draw = seededRandom(seed);
      const between = (min: number, max: number): number => min + Math.floor(draw() * (max - min + 1));
      const [connections, failureRate] = [between(2, 9), draw() < 0.5 ? 0 : 0.1];
      const counting = countingSlot(connections - 1);
      const plan = countingPlan(connections, { maxBuffered: between(20, 400), minRangeSize: between(1, 40) });
      const bodies = createBodies();
      const from = between(0, 500);
      const { stream } = fetchRangesInOrder({
        from,
        total: 1000,
        plan,
        slot: counting.slot,
        onFailure: () => undefined,
        open: (first, end) => {
          if (draw() < failureRate) return throwError(() => 'refused');
          const chunks: (Uint8Array | 'error')[] = [];
          for (let at = first; at < end;) {
            const next = Math.min(end, at + between(1, 30));
            chunks.push(source.subarray(at, next));
            at = next;
            if (draw() < failureRate / 5) chunks.splice(chunks.length - 1, 1, 'error');
          }
          return bodies.body$(chunks);
        },
      });
      const reader = stream.getReader();
      const cancelAfter = draw() < 0.1 ? between(0, 500) : Infinity;
      const chunks: Uint8Array[] = [];
      let received = 0;
      for (let next = await reader.read(); !next.done && received < cancelAfter; next = await reader.read()) {
        chunks.push(next.value);
        received += next.value.byteLength;
        const [change, pause] = [draw(), draw()];
        if (change < 0.2) counting.grow(change < 0.1 ? -1 : 1);
        if (pause < 0.05) await nextTurn();
      }
      await reader.cancel();
      expect([seed, Buffer.compare(Buffer.concat(chunks), source.subarray(from, from + received))]).toEqual([seed, 0]);
      expect([seed, plan.reserved(), counting.inUse(), bodies.open()]).toEqual([seed, 0, 0, 0]);
      endings[received >= cancelAfter ? 'cancelled' : received === 1000 - from ? 'complete' : 'short'] += 1;
    }
    expect(Math.min(...Object.values(endings))).toBeGreaterThan(runs / 50);
  });
});
