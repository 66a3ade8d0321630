import { describe, expect, test } from '@jest/globals';
import { defer, NEVER, Observable, of, throwError } from 'rxjs';
import { fetchRangesInOrder, type ParallelRangesOptions } from '#src/transfer/ranges/parallel-ranges.js';
import type { ConnectionSlot } from '#src/operators/merge-map-adaptive.js';
import { createRangePlan, type RangePlan } from '#src/transfer/ranges/range-plan.js';
import { seededRandom } from '../../support/seeded-random.ts';
import { soakRuns } from '../../support/soak.ts';

const limits = { minRemaining: 100, maxBuffered: 80, minRangeSize: 8, fastEnough: Infinity, measureTime: 0 };

/** So many connections besides the file's own, and how many of them are taken. */
const lanesOf = (
  spare: number,
): { lane: ConnectionSlot; taken: () => number; most: () => number; grow: (by: number) => void } => {
  let [free, taken, most] = [spare, 0, 0];
  const use = (): (() => void) => {
    let isOver = false;
    taken += 1;
    most = Math.max(most, taken);
    return () => {
      if (isOver) throw new Error('it has ended before');
      isOver = true;
      taken -= 1;
    };
  };
  const isSpare = (): boolean => free > 0;
  const borrow = () => {
    if (!isSpare()) return undefined;
    free -= 1;
    const end = use();
    return () => {
      free += 1;
      end();
    };
  };
  return {
    lane: { begin: use, hasExtra: isSpare, acquireExtra: borrow },
    taken: () => taken,
    most: () => most,
    grow: (by) => {
      free += by;
    },
  };
};

/** How much is held, besides. */
const planOf = (connections: number, changes = {}): RangePlan & { readonly now: () => number } => {
  const plan = createRangePlan(connections, { ...limits, ...changes });
  let now = 0;
  return {
    ...plan,
    now: () => now,
    reserve: (bytes) => {
      const isRoom = plan.reserve(bytes);
      if (isRoom) now += bytes;
      expect(now).toBeLessThanOrEqual(plan.maxBuffered);
      return isRoom;
    },
    release: (bytes) => {
      now -= bytes;
      expect(now).toBeGreaterThanOrEqual(0);
      plan.release(bytes);
    },
  };
};

const source = Uint8Array.from({ length: 1000 }, (_, at) => (at * 7 + (at >> 8)) % 251);

/** Bodies, and how many of them were neither read to their end nor cancelled. */
const bodies = () => {
  let open = 0;
  const of$ = (pieces: Iterable<Uint8Array | 'break' | 'hang'>): Observable<ReadableStream<Uint8Array>> =>
    defer(() => {
      const left = [...pieces];
      let isOpen = true;
      const end = (): void => {
        if (isOpen) open -= 1;
        isOpen = false;
      };
      open += 1;
      const stream = new ReadableStream<Uint8Array>(
        {
          pull: async (controller) => {
            const piece = left.shift();
            await Promise.resolve();
            if (piece === 'hang') return new Promise(() => undefined);
            if (!isOpen) return;
            if (piece === undefined || piece === 'break') end();
            if (piece === undefined) return controller.close();
            return piece === 'break' ? controller.error(new Error('broken')) : controller.enqueue(piece);
          },
          cancel: end,
        },
        { highWaterMark: 0 },
      );
      return of(stream);
    });
  return { open: () => open, of$ };
};

const readAll = async (stream: ReadableStream<Uint8Array>): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const setUp = (changes: Partial<ParallelRangesOptions> = {}, spare = 2) => {
  const lanes = lanesOf(spare);
  const plan = planOf(spare + 1);
  const { open, of$ } = bodies();
  const asked: [number, number][] = [];
  const failures: unknown[] = [];
  const options: ParallelRangesOptions = {
    from: 100,
    total: 1000,
    plan,
    slot: lanes.lane,
    onFailure: (thrown) => failures.push(thrown),
    ...changes,
    open: (from, to) => {
      asked.push([from, to]);
      return changes.open?.(from, to) ?? of$([source.subarray(from, to)]);
    },
  };
  const stream = fetchRangesInOrder(options);
  const isClean = () => ({ open: open(), held: plan.now(), taken: lanes.taken() });
  return { stream, asked, failures, lanes, plan, of$, isClean };
};

const clean = { open: 0, held: 0, taken: 0 };

describe('a file in parts', () => {
  test('comes in its order, whatever the order in which the parts come', async () => {
    const { stream, asked, lanes, isClean } = setUp();
    expect(Buffer.compare(await readAll(stream), source.subarray(100))).toBe(0);
    expect(asked[0]).toEqual([100, 120]);
    expect(asked.every(([from], at) => from === (asked[at - 1]?.[1] ?? 100))).toBe(true);
    expect(asked.at(-1)?.[1]).toBe(1000);
    expect(lanes.most()).toBe(3);
    expect(isClean()).toEqual(clean);
  });

  test('asks for nothing before it is read, and for no more than may be held when it is not read on', async () => {
    const { stream, asked, plan } = setUp();
    await turn();
    expect(asked).toEqual([]);
    const reader = stream.getReader();
    await reader.read();
    await turn();
    expect(plan.now()).toBeLessThanOrEqual(80);
    expect(asked).toHaveLength(5);
  });

  test('hands out the bytes of the part whose turn it is as they come', async () => {
    const { of$ } = bodies();
    const { stream, isClean } = setUp({ open: (from) => of$([source.subarray(from, from + 5), 'hang']) });
    const reader = stream.getReader();
    expect(await reader.read()).toEqual({ done: false, value: source.subarray(100, 105) });
    await reader.cancel();
    expect(isClean()).toEqual(clean);
  });

  test.each<[string, (from: number, to: number, of$: ReturnType<typeof bodies>['of$']) => ParallelRangesOptions['open'], number]>(
    [
      ['is refused', () => () => throwError(() => 'refused'), 160],
      ['breaks', (from, _, of$) => () => of$([source.subarray(from, from + 5), 'break']), 165],
      ['ends too soon', (from, _, of$) => () => of$([source.subarray(from, from + 5)]), 165],
      ['is too long', (from, to, of$) => () => of$([source.subarray(from, from + 5), source.subarray(from + 5, to + 1)]), 165],
    ],
  )('ends after the good bytes where a part %s', async (_, failing, end) => {
    const made = bodies();
    const { stream, failures, asked, isClean } = setUp({
      open: (from, to) => (from === 160 ? failing(from, to, made.of$)(from, to) : made.of$([source.subarray(from, to)])),
    });
    expect(Buffer.compare(await readAll(stream), source.subarray(100, end))).toBe(0);
    expect(failures).toHaveLength(1);
    expect(asked.length).toBeLessThan(10);
    expect(isClean()).toEqual(clean);
    expect(made.open()).toBe(0);
  });

  test('ends where no second connection is free any more, for one alone does better', async () => {
    const { stream, lanes, isClean } = setUp();
    const reader = stream.getReader();
    await reader.read();
    lanes.grow(-2);
    let received = 20;
    for (let part = await reader.read(); !part.done; part = await reader.read()) received += part.value.byteLength;
    expect(received).toBeLessThan(900);
    lanes.grow(2);
    expect(isClean()).toEqual(clean);
  });

  test('ends at once where none was free in the first place', async () => {
    const { stream, asked, isClean } = setUp({}, 0);
    expect(await readAll(stream)).toHaveLength(0);
    expect(asked).toEqual([]);
    expect(isClean()).toEqual(clean);
  });

  test('cancelled, leaves the requests that were not answered, the bodies that are under way, and those that are here', async () => {
    let asking = 0;
    const silent = new Observable<never>(() => {
      asking += 1;
      return () => {
        asking -= 1;
      };
    });
    const { of$, open } = bodies();
    const { stream, isClean } = setUp({
      open: (from, to) => [of$([source.subarray(from, to)]), of$(['hang']), silent][((from - 100) / 20) % 3] ?? NEVER,
    });
    const reader = stream.getReader();
    await reader.read();
    const next = reader.read();
    await turn();
    expect([asking, open()]).toEqual([1, 2]);
    await reader.cancel();
    expect(await next).toMatchObject({ done: true });
    expect([asking, open()]).toEqual([0, 0]);
    expect(isClean()).toEqual(clean);
  });

  test('towards the end the parts are shorter, so that no connection is left with a long one', () => {
    const { nextLength } = createRangePlan(4, { ...limits, maxBuffered: 500, minRangeSize: 8 });
    expect([1000, 400, 200, 100, 20, 5].map(nextLength)).toEqual([100, 100, 50, 25, 8, 5]);
  });

  test('however many connections there are, what is held is bounded', () => {
    const mebibyte = 1024 * 1024;
    for (const connections of [2, 4, 8, 16, 1000]) {
      const { nextLength, reserve } = createRangePlan(connections);
      let held = 0;
      while (reserve(nextLength(1e12))) held += nextLength(1e12);
      expect(held).toBeLessThanOrEqual(48 * mebibyte);
      expect(nextLength(1e12)).toBeGreaterThanOrEqual(4 * mebibyte);
    }
  });
});

describe('whatever goes wrong', () => {
  const runs = soakRuns({ few: 200, full: 1000 });

  test(`${runs} files in parts are the file, or its beginning; nothing is left behind, and no limit is passed`, async () => {
    const endings = { whole: 0, short: 0, cancelled: 0 };
    for (let seed = 1; seed <= runs; seed += 1) {
      const draw = seededRandom(seed);
      const between = (least: number, most: number): number => least + Math.floor(draw() * (most - least + 1));
      const [connections, trouble] = [between(2, 9), draw() < 0.5 ? 0 : 0.1];
      const lanes = lanesOf(connections - 1);
      const plan = planOf(connections, { maxBuffered: between(20, 400), minRangeSize: between(1, 40) });
      const made = bodies();
      const from = between(0, 500);
      const stream = fetchRangesInOrder({
        from,
        total: 1000,
        plan,
        slot: lanes.lane,
        onFailure: () => undefined,
        open: (first, end) => {
          if (draw() < trouble) return throwError(() => 'refused');
          const pieces: (Uint8Array | 'break')[] = [];
          for (let at = first; at < end;) {
            const next = Math.min(end, at + between(1, 30));
            pieces.push(source.subarray(at, next));
            at = next;
            if (draw() < trouble / 5) pieces.splice(pieces.length - 1, 1, 'break');
          }
          return made.of$(pieces);
        },
      });
      const reader = stream.getReader();
      const most = draw() < 0.1 ? between(0, 500) : Infinity;
      const pieces: Uint8Array[] = [];
      let received = 0;
      for (let part = await reader.read(); !part.done && received < most; part = await reader.read()) {
        pieces.push(part.value);
        received += part.value.byteLength;
        const [other, pause] = [draw(), draw()];
        if (other < 0.2) lanes.grow(other < 0.1 ? -1 : 1);
        if (pause < 0.05) await turn();
      }
      await reader.cancel();
      expect([seed, Buffer.compare(Buffer.concat(pieces), source.subarray(from, from + received))]).toEqual([seed, 0]);
      expect([seed, plan.now(), lanes.taken(), made.open()]).toEqual([seed, 0, 0, 0]);
      endings[received >= most ? 'cancelled' : received === 1000 - from ? 'whole' : 'short'] += 1;
    }
    expect(Math.min(...Object.values(endings))).toBeGreaterThan(runs / 50);
  });
});
