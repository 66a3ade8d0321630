/** When a range reports that it is almost complete, and which of its chunks can be freed. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, jest, test } from '@jest/globals';
import { asyncScheduler, defer, of, Subject, type Observable } from 'rxjs';
import { prefetchRange } from '#src/transfer/ranges/prefetched-range.js';

afterEach(() => {
  jest.restoreAllMocks();
});

/** Fetches 100 bytes in chunks of 10; returns how many bytes were received when the range was almost complete. */
const receivedWhenAlmostComplete = async (latency: number, chunkTime: number): Promise<number | undefined> => {
  let now = 1_000_000;
  jest.spyOn(asyncScheduler, 'now').mockImplementation(() => now);
  const response$ = new Subject<ReadableStream<Uint8Array>>();
  let received = 0;
  let reported: number | undefined;
  prefetchRange({
    length: 100,
    body$: response$,
    onFreed: () => undefined,
    onAlmostComplete: () => {
      expect(reported).toBeUndefined();
      reported = received;
    },
    onEnd: () => undefined,
  });
  now += latency;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  response$.next(readable);
  response$.complete();
  const writer = writable.getWriter();
  while (received < 100) {
    now += chunkTime;
    received += 10;
    await writer.write(new Uint8Array(10));
    await nextTurn();
  }
  return reported;
};

test.each([
  ['a response of 40 ms, at 1 byte/ms, with 40 bytes left', 40, 10, 60],
  ['a response of 20 ms, at 1 byte/ms, with 20 bytes left', 20, 10, 80],
  ['a slow response: when half is left', 5000, 10, 50],
])('a further request is due after %s', async (_, latency, chunkTime, expected) => {
  expect(await receivedWhenAlmostComplete(latency, chunkTime)).toBe(expected);
});

test('no further request is due before the end if the response had no delay', async () => {
  expect(await receivedWhenAlmostComplete(0, 10)).toBeUndefined();
});

const takeFirst = async (body$: Observable<ReadableStream<Uint8Array>>) => {
  const range = prefetchRange({ length: 4, body$, onFreed: () => undefined, onEnd: () => undefined });
  while (range.state() === 'pending') await nextTurn();
  return { range, chunk: range.take() };
};

test('the chunks of a byte stream can be freed', async () => {
  const { range, chunk } = await takeFirst(
    defer(() =>
      of(
        new ReadableStream({
          type: 'bytes',
          start: (controller) => {
            controller.enqueue(Uint8Array.of(1, 2, 3, 4));
            controller.close();
          },
        }) as ReadableStream<Uint8Array>,
      ),
    ),
  );
  expect(chunk?.byteLength).toBe(4);
  if (chunk !== undefined) range.freeBuffer()?.(chunk);
  expect(chunk?.byteLength).toBe(0);
});

test('the chunks of another stream are left alone: other code may hold their memory', async () => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(Uint8Array.of(1, 2, 3, 4));
      controller.close();
    },
  });
  const { range, chunk } = await takeFirst(of(body));
  expect(chunk?.byteLength).toBe(4);
  expect(range.freeBuffer()).toBeUndefined();
});
