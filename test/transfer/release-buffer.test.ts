import { expect, test } from '@jest/globals';
import { lastValueFrom, type Observable } from 'rxjs';
import { TransportError, type SinkFile } from 'rx-content-library';
import { transfer, type TransferProgress } from '#src/transfer/transfer.js';
import { collect } from '../support/collect.ts';

type Stream = ReadableStream<Uint8Array<ArrayBuffer>>;

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A body as the platform's `fetch` makes it. */
const ofBytes = (...words: readonly string[]): Stream =>
  new ReadableStream({
    type: 'bytes',
    start: (controller) => {
      for (const word of words) controller.enqueue(bytes(word));
      controller.close();
    },
  });

/** A sink that does nothing but what the test is about. */
const sink = (write: SinkFile['write']): SinkFile => ({ write, commit: async () => undefined, discard: async () => undefined });

const hashed = () => {
  let text = '';
  const hash = {
    update: (piece: Uint8Array) => {
      text += Buffer.from(piece).toString();
    },
    digest: () => text,
  };
  return hash;
};

const moved = (
  stream: Stream,
  target: SinkFile,
  more: Partial<Parameters<typeof transfer>[0]> = {},
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
    ...more,
  });

/** Lets whatever is ready go on. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('what a sink gives back of a stream of bytes is empty at once', async () => {
  const lengths: number[] = [];
  const target = sink((piece, release) => {
    lengths.push(piece.byteLength);
    release?.(piece);
    lengths.push(piece.byteLength, piece.buffer.byteLength);
  });
  await lastValueFrom(moved(ofBytes('hello ', 'world'), target));
  expect(lengths).toEqual([6, 0, 0, 5, 0, 0]);
});

test('what is given back has been counted and hashed', async () => {
  const hash = hashed();
  const received: number[] = [];
  const target = sink((piece, release) => release?.(piece));
  const last = await lastValueFrom(
    moved(ofBytes('hello ', 'world'), target, { hashes: [hash], lengths: [11], onBytes: (count) => received.push(count) }),
  );
  expect([hash.digest(), received, last]).toEqual(['hello world', [6, 11], { received: 11, total: 11 }]);
});

test('what is given back late, or twice, harms no other piece', async () => {
  const kept: (() => void)[] = [];
  const words: string[] = [];
  const target = sink((piece, release) => {
    words.push(Buffer.from(piece).toString());
    for (const free of kept) free();
    kept.push(() => release?.(piece));
  });
  await lastValueFrom(moved(ofBytes('some', 'more', 'last'), target));
  for (const free of kept) free();
  expect(words).toEqual(['some', 'more', 'last']);
});

test('what a sink does not give back stays as it is', async () => {
  const pieces: Uint8Array[] = [];
  await lastValueFrom(
    moved(
      ofBytes('hello ', 'world'),
      sink((piece) => void pieces.push(piece)),
    ),
  );
  expect(Buffer.concat(pieces).toString()).toBe('hello world');
});

test('pieces that somebody else may hold cannot be given back', async () => {
  const whole = bytes('hello world');
  const stream: Stream = new ReadableStream({
    start: (controller) => {
      controller.enqueue(whole.subarray(0, 6));
      controller.enqueue(whole.subarray(6));
      controller.close();
    },
  });
  const offers: unknown[] = [];
  await lastValueFrom(
    moved(
      stream,
      sink((_, release) => void offers.push(release)),
    ),
  );
  expect([offers, Buffer.from(whole).toString()]).toEqual([[undefined, undefined], 'hello world']);
});

test('a stream that somebody has read from before still gives its own bytes only', async () => {
  const stream = ofBytes('hello ', 'world');
  const reader = stream.getReader({ mode: 'byob' });
  const first = (await reader.read(new Uint8Array(4))).value;
  reader.releaseLock();
  const words: string[] = [];
  const target = sink((piece, release) => {
    words.push(Buffer.from(piece).toString());
    release?.(piece);
  });
  await lastValueFrom(moved(stream, target));
  expect([Buffer.from(first ?? []).toString(), ...words].join('')).toBe('hello world');
});

test('of two branches of a stream of bytes, one can be given back without the other', async () => {
  const [ours, theirs] = ofBytes('hello ', 'world').tee();
  await lastValueFrom(
    moved(
      ours,
      sink((piece, release) => release?.(piece)),
    ),
  );
  expect(await new Response(theirs).text()).toBe('hello world');
});

test('when a stream of bytes breaks, every byte before that is with the sink', async () => {
  let feed: ReadableByteStreamController | undefined;
  const stream: Stream = new ReadableStream({
    type: 'bytes',
    start: (controller) => {
      feed = controller;
    },
  });
  let received = 0;
  let text = '';
  const target = sink((piece, release) => {
    text += Buffer.from(piece).toString();
    release?.(piece);
  });
  const result = collect(
    moved(stream, target, {
      onBytes: (count) => {
        received = count;
      },
    }),
  );
  for (const word of ['so', 'me mo', 're']) {
    await settle();
    feed?.enqueue(bytes(word));
  }
  await settle();
  feed?.error(new Error('broken'));
  const { error } = await result;
  expect(error).toBeInstanceOf(TransportError);
  expect([text, received]).toEqual(['some more', 9]);
});

test('a byte that comes alone is not waited with', async () => {
  let feed: ReadableByteStreamController | undefined;
  const stream: Stream = new ReadableStream({
    type: 'bytes',
    start: (controller) => {
      feed = controller;
    },
  });
  const words: string[] = [];
  const target = sink((piece) => void words.push(Buffer.from(piece).toString()));
  const result = collect(moved(stream, target));
  for (const letter of 'abc') {
    feed?.enqueue(bytes(letter));
    await settle();
    expect(words.at(-1)).toBe(letter);
  }
  feed?.close();
  expect((await result).error).toBeUndefined();
});

test('a sink that is slow is not given the next piece, nor is it read', async () => {
  let pulled = 0;
  const stream: Stream = new ReadableStream({
    type: 'bytes',
    pull: (controller) => {
      pulled += 1;
      if (pulled > 3) controller.close();
      else controller.enqueue(bytes(`${pulled}`));
    },
  });
  const gates: (() => void)[] = [];
  const target = sink((piece, release) => {
    release?.(piece);
    return new Promise((resolve) => {
      gates.push(resolve);
    });
  });
  const result = collect(moved(stream, target));
  for (const piece of [1, 2, 3]) {
    await settle();
    expect([gates.length, pulled]).toEqual([piece, piece]);
    gates.at(-1)?.();
  }
  expect((await result).values.at(-1)).toEqual({ received: 3, total: undefined });
});

test('unsubscribing while nothing comes cancels the stream of bytes', async () => {
  let cancelled = 0;
  const stream: Stream = new ReadableStream({
    type: 'bytes',
    cancel: () => {
      cancelled += 1;
    },
  });
  const running = moved(
    stream,
    sink(() => undefined),
  ).subscribe();
  await settle();
  running.unsubscribe();
  await settle();
  expect(cancelled).toBe(1);
});
