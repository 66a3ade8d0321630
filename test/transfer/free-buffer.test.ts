import { expect, test } from '@jest/globals';
import { TransportError, type SinkFile } from 'rx-content-library';
import { lastValueFrom, type Observable } from 'rxjs';
import { transfer, type TransferProgress } from '#src/transfer/transfer.js';
import { collect } from '../support/collect.ts';

type Stream = ReadableStream<Uint8Array<ArrayBuffer>>;

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A byte stream, like the body of the platform's `fetch`. */
const byteStream = (...words: readonly string[]): Stream =>
  new ReadableStream({
    type: 'bytes',
    start: (controller) => {
      for (const word of words) controller.enqueue(bytes(word));
      controller.close();
    },
  });

/** A sink file with only a `write`. */
const sinkFile = (write: SinkFile['write']): SinkFile => ({
  write,
  commit: async () => undefined,
  discard: async () => undefined,
});

const textHash = () => {
  let text = '';
  const hash = {
    update: (chunk: Uint8Array) => {
      text += Buffer.from(chunk).toString();
    },
    digest: () => text,
  };
  return hash;
};

const transferTo = (
  stream: Stream,
  target: SinkFile,
  options: Partial<Parameters<typeof transfer>[0]> = {},
): Observable<TransferProgress> =>
  transfer({
    file: 'a.iso',
    stream,
    target,
    hashes: [],
    from: 0,
    lengths: [],
    onBytes: () => undefined,
    stallTimeout: 1e6,
    ...options,
  });

/** Lets pending promises and streams settle. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('a chunk of a byte stream that the sink releases is empty at once', async () => {
  const lengths: number[] = [];
  const target = sinkFile((chunk, freeBuffer) => {
    lengths.push(chunk.byteLength);
    freeBuffer?.(chunk);
    lengths.push(chunk.byteLength, chunk.buffer.byteLength);
  });
  await lastValueFrom(transferTo(byteStream('hello ', 'world'), target));
  expect(lengths).toEqual([6, 0, 0, 5, 0, 0]);
});

test('a released chunk was counted and hashed before', async () => {
  const hash = textHash();
  const received: number[] = [];
  const target = sinkFile((chunk, freeBuffer) => freeBuffer?.(chunk));
  const last = await lastValueFrom(
    transferTo(byteStream('hello ', 'world'), target, {
      hashes: [hash],
      lengths: [11],
      onBytes: (count) => received.push(count),
    }),
  );
  expect([hash.digest(), received, last]).toEqual(['hello world', [6, 11], { received: 11, total: 11 }]);
});

test('releasing a chunk late or twice affects no other chunk', async () => {
  const releases: (() => void)[] = [];
  const words: string[] = [];
  const target = sinkFile((chunk, freeBuffer) => {
    words.push(Buffer.from(chunk).toString());
    for (const releaseAgain of releases) releaseAgain();
    releases.push(() => freeBuffer?.(chunk));
  });
  await lastValueFrom(transferTo(byteStream('some', 'more', 'last'), target));
  for (const releaseAgain of releases) releaseAgain();
  expect(words).toEqual(['some', 'more', 'last']);
});

test('a chunk that the sink does not release keeps its bytes', async () => {
  const chunks: Uint8Array[] = [];
  await lastValueFrom(
    transferTo(
      byteStream('hello ', 'world'),
      sinkFile((chunk) => void chunks.push(chunk)),
    ),
  );
  expect(Buffer.concat(chunks).toString()).toBe('hello world');
});

test('chunks that other code may hold have no `freeBuffer`', async () => {
  const buffer = bytes('hello world');
  const stream: Stream = new ReadableStream({
    start: (controller) => {
      controller.enqueue(buffer.subarray(0, 6));
      controller.enqueue(buffer.subarray(6));
      controller.close();
    },
  });
  const releases: unknown[] = [];
  await lastValueFrom(
    transferTo(
      stream,
      sinkFile((_, freeBuffer) => void releases.push(freeBuffer)),
    ),
  );
  expect([releases, Buffer.from(buffer).toString()]).toEqual([[undefined, undefined], 'hello world']);
});

test('a byte stream that was partly read before has `freeBuffer` too', async () => {
  const stream = byteStream('hello ', 'world');
  const reader = stream.getReader({ mode: 'byob' });
  const first = (await reader.read(new Uint8Array(4))).value;
  reader.releaseLock();
  const words: string[] = [];
  const target = sinkFile((chunk, freeBuffer) => {
    words.push(Buffer.from(chunk).toString());
    freeBuffer?.(chunk);
  });
  await lastValueFrom(transferTo(stream, target));
  expect([Buffer.from(first ?? []).toString(), ...words].join('')).toBe('hello world');
});

test('releasing the chunks of one branch of a tee does not affect the other branch', async () => {
  const [branch, otherBranch] = byteStream('hello ', 'world').tee();
  await lastValueFrom(
    transferTo(
      branch,
      sinkFile((chunk, freeBuffer) => freeBuffer?.(chunk)),
    ),
  );
  expect(await new Response(otherBranch).text()).toBe('hello world');
});

test('when a byte stream errors, the sink has every byte before that', async () => {
  let source: ReadableByteStreamController | undefined;
  const stream: Stream = new ReadableStream({
    type: 'bytes',
    start: (controller) => {
      source = controller;
    },
  });
  let received = 0;
  let text = '';
  const target = sinkFile((chunk, freeBuffer) => {
    text += Buffer.from(chunk).toString();
    freeBuffer?.(chunk);
  });
  const result = collect(
    transferTo(stream, target, {
      onBytes: (count) => {
        received = count;
      },
    }),
  );
  for (const word of ['so', 'me mo', 're']) {
    await settle();
    source?.enqueue(bytes(word));
  }
  await settle();
  source?.error(new Error('connection reset'));
  const { error } = await result;
  expect(error).toBeInstanceOf(TransportError);
  expect([text, received]).toEqual(['some more', 9]);
});

test('a single byte is written at once', async () => {
  let source: ReadableByteStreamController | undefined;
  const stream: Stream = new ReadableStream({
    type: 'bytes',
    start: (controller) => {
      source = controller;
    },
  });
  const words: string[] = [];
  const target = sinkFile((chunk) => void words.push(Buffer.from(chunk).toString()));
  const result = collect(transferTo(stream, target));
  for (const letter of 'abc') {
    source?.enqueue(bytes(letter));
    await settle();
    expect(words.at(-1)).toBe(letter);
  }
  source?.close();
  expect((await result).error).toBeUndefined();
});

test('the next chunk is neither read nor written while the sink is writing', async () => {
  let pulled = 0;
  const stream: Stream = new ReadableStream({
    type: 'bytes',
    pull: (controller) => {
      pulled += 1;
      if (pulled > 3) controller.close();
      else controller.enqueue(bytes(`${pulled}`));
    },
  });
  const finishWrites: (() => void)[] = [];
  const target = sinkFile((chunk, freeBuffer) => {
    freeBuffer?.(chunk);
    return new Promise((resolve) => {
      finishWrites.push(resolve);
    });
  });
  const result = collect(transferTo(stream, target));
  for (const count of [1, 2, 3]) {
    await settle();
    expect([finishWrites.length, pulled]).toEqual([count, count]);
    finishWrites.at(-1)?.();
  }
  expect((await result).values.at(-1)).toEqual({ received: 3, total: undefined });
});

test('unsubscribing cancels a byte stream that has no bytes', async () => {
  let cancelled = 0;
  const stream: Stream = new ReadableStream({
    type: 'bytes',
    cancel: () => {
      cancelled += 1;
    },
  });
  const running = transferTo(
    stream,
    sinkFile(() => undefined),
  ).subscribe();
  await settle();
  running.unsubscribe();
  await settle();
  expect(cancelled).toBe(1);
});
