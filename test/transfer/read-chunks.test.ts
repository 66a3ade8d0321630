import { expect, test } from '@jest/globals';
import { readChunks } from '#src/transfer/read-chunks.js';
import { collect } from '../support/collect.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A stream of one-byte chunks, which counts the reads and the cancellations. */
const countingStream = (length: number) => {
  const counts = { reads: 0, cancellations: 0 };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        counts.reads += 1;
        if (counts.reads > length) controller.close();
        else controller.enqueue(Uint8Array.of(counts.reads));
      },
      cancel: () => {
        counts.cancellations += 1;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, counts };
};

test('passes the chunks in order, and emits after each', async () => {
  const { stream } = countingStream(3);
  const chunks: number[] = [];
  const { values, error } = await collect(readChunks(stream, (chunk) => void chunks.push(...chunk)));
  expect([chunks, values.length, error]).toEqual([[1, 2, 3], 3, undefined]);
});

test('reads no further until the promise of the consumer is fulfilled', async () => {
  const { stream, counts } = countingStream(2);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const result = collect(readChunks(stream, async () => promise));
  await nextTurn();
  expect(counts.reads).toBe(1);
  resolve(undefined);
  expect((await result).values).toHaveLength(2);
});

test.each([
  [
    'throws',
    () => {
      throw new RangeError('too long');
    },
  ],
  ['rejects', () => Promise.reject(new RangeError('too long'))],
])('errors and cancels the stream when the consumer %s', async (_, consume) => {
  const { stream, counts } = countingStream(2);
  const { error } = await collect(readChunks(stream, consume));
  expect([error, counts]).toEqual([new RangeError('too long'), { reads: 1, cancellations: 1 }]);
});

test('unsubscribing cancels the stream', async () => {
  const { stream, counts } = countingStream(2);
  const subscription = readChunks(stream, () => new Promise(() => undefined)).subscribe();
  await nextTurn();
  subscription.unsubscribe();
  await nextTurn();
  expect(counts).toEqual({ reads: 1, cancellations: 1 });
});
