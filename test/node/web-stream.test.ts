import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { toWebStream } from '#src/node/web-stream.js';

const mebibyte = 1024 * 1024;

const unevenly = Buffer.from(Uint8Array.from({ length: 65_521 }, (_, index) => (index * 31 + (index >> 8)) % 251));

/** Bytes in which a missing, repeated or misplaced chunk is visible. */
const pattern = (length: number): Buffer => Buffer.alloc(length, unevenly);

const chunksOf = async (stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};

const inParts = (bytes: Buffer, size: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size)),
  );

test.each([
  ['records of TLS', 16_384],
  ['odd parts', 9_973],
  ['parts larger than what is read ahead', 3 * mebibyte + 5],
])('bytes in %s are unchanged', async (_, size) => {
  const bytes = pattern(5 * mebibyte + 77);
  const chunks = await chunksOf(toWebStream(inParts(bytes, size)));
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  expect(chunks[0]?.byteLength).toBe(size);
});

test('an empty body completes', async () => {
  expect(await chunksOf(toWebStream(Readable.from([])))).toEqual([]);
});

test('emits chunks as they arrive', async () => {
  const source = new PassThrough();
  const reader = toWebStream(source).getReader();
  for (const word of ['some', 'more', 'last']) {
    const reading = reader.read();
    source.write(word);
    expect(Buffer.from((await reading).value ?? []).toString()).toBe(word);
  }
  source.end();
  expect(await reader.read()).toEqual({ done: true, value: undefined });
});

test('when the source errors, the received bytes are read first, and then the error', async () => {
  const source = new PassThrough();
  const reader = toWebStream(source).getReader();
  for (const word of ['some', 'more']) {
    source.write(word);
    await turn();
  }
  source.destroy(new Error('broken'));
  await turn();
  for (const word of ['some', 'more']) expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe(word);
  await expect(reader.read()).rejects.toThrow('broken');
});

test('a source that errors during a read errors at once', async () => {
  const source = new PassThrough();
  const reading = toWebStream(source).getReader().read();
  await turn();
  source.destroy(new Error('broken'));
  await expect(reading).rejects.toThrow('broken');
});

test('cancelling in the middle is not an error', async () => {
  const source = new PassThrough();
  const reader = toWebStream(source).getReader();
  source.write('some');
  await reader.read();
  source.write('more');
  await reader.cancel();
  expect([source.destroyed, await reader.read()]).toEqual([true, { done: true, value: undefined }]);
});

test('a source that closes before its end is an error', async () => {
  const source = new PassThrough();
  const reader = toWebStream(source).getReader();
  const reading = reader.read();
  source.destroy();
  await expect(reading).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
});

test('reads at most 2 MiB ahead', async () => {
  const size = mebibyte / 8;
  let read = 0;
  const source = new Readable({
    highWaterMark: 1,
    read() {
      // Bounded, so that an unbounded read-ahead fails instead of hanging.
      this.push(read < 1000 ? Buffer.alloc(size, 'x') : null);
      read += 1;
    },
  });
  const reader = toWebStream(source).getReader();
  const settle = async (): Promise<number> => {
    for (let count = 0; count < 100; count += 1) await turn();
    return read;
  };
  // One more is buffered in the source.
  expect(await settle()).toBe(16 + 1);
  // It resumes when half of that is read.
  for (let count = 0; count < 7; count += 1) await reader.read();
  expect(await settle()).toBe(16 + 1);
  await reader.read();
  expect(await settle()).toBe(16 + 1 + 8);
  await reader.cancel();
  expect(source.destroyed).toBe(true);
});

/** Reads to the end into buffers of 1000 bytes. */
const readIntoBuffers = async (stream: ReadableStream<Uint8Array>): Promise<Buffer> => {
  const reader = stream.getReader({ mode: 'byob' });
  const parts: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(1000));
    if (done) return Buffer.concat(parts);
    parts.push(value);
  }
};

test.each([0, 1, 999, 1000, 1001, 100_000])('%d bytes are read into buffers of the reader', async (length) => {
  const result = await readIntoBuffers(toWebStream(inParts(pattern(length), 16_384)));
  expect(result.equals(pattern(length))).toBe(true);
});

test('a read into a buffer that waits for bytes ends with the source, or with its error', async () => {
  const ending = new PassThrough();
  const reading = readIntoBuffers(toWebStream(ending));
  await turn();
  ending.end();
  expect((await reading).byteLength).toBe(0);
  const breaking = new PassThrough();
  const broken = readIntoBuffers(toWebStream(breaking));
  await turn();
  breaking.destroy(new Error('broken'));
  await expect(broken).rejects.toThrow('broken');
});

test('a chunk that shares its memory with other bytes is copied', async () => {
  const shared = Buffer.alloc(1000, 'x');
  const [chunk] = await chunksOf(toWebStream(Readable.from([shared.subarray(10, 20)])));
  expect([chunk?.byteLength, shared.byteLength]).toEqual([10, 1000]);
  expect(chunk?.buffer).not.toBe(shared.buffer);
});
