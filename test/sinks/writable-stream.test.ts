import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { toWritableStream, type SinkFile } from 'rx-content-library';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** More than one batch. */
const much = 'much '.repeat(300_000);

/** A stream, its chunks, and how it ended. */
const recorded = (sink: UnderlyingSink<Uint8Array> = {}, strategy: QueuingStrategy<Uint8Array> = { highWaterMark: 1 }) => {
  const chunks: Uint8Array[] = [];
  const ends: unknown[] = [];
  const stream = new WritableStream<Uint8Array>(
    {
      write: (chunk, controller) => {
        chunks.push(chunk);
        return sink.write?.(chunk, controller);
      },
      close: () => {
        ends.push('closed');
        return sink.close?.();
      },
      abort: (reason) => void ends.push(reason),
    },
    strategy,
  );
  return { stream, chunks, ends, text: () => Buffer.concat(chunks).toString() };
};

const open = (stream: WritableStream<Uint8Array>): Promise<SinkFile> => toWritableStream(stream).open({ name: 'a.iso' });

const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  await turn();
  await turn();
  return settled;
};

test('writes chunks of 1 MiB, and closes the stream on commit', async () => {
  const { stream, chunks, ends, text } = recorded();
  const file = await open(stream);
  for (const each of ['one, ', much, ' three']) await file.write(bytes(each));
  expect(ends).toEqual([]);
  await file.commit({ verified: 'length' });
  expect(text()).toBe(`one, ${much} three`);
  expect(chunks.map(({ byteLength }) => byteLength)).toEqual([1_048_576, 451_435]);
  expect(ends).toEqual(['closed']);
});

test('a full stream delays the next chunk', async () => {
  let goOn: () => void = () => undefined;
  const { stream, chunks } = recorded({ write: () => new Promise<void>((resolve) => (goOn = resolve)) });
  const file = await open(stream);
  await file.write(new Uint8Array(1_048_576));
  const writing = Promise.resolve(file.write(new Uint8Array(1_048_576)));
  expect(await isSettled(writing)).toBe(false);
  goOn();
  await writing;
  expect(chunks).toHaveLength(2);
});

test('a commit waits until the stream is closed', async () => {
  let goOn: () => void = () => undefined;
  const { stream } = recorded({ close: () => new Promise<void>((resolve) => (goOn = resolve)) });
  const committing = (await open(stream)).commit({ verified: 'length' });
  expect(await isSettled(committing)).toBe(false);
  goOn();
  await committing;
});

test('a discard aborts the stream with a reason', async () => {
  const { stream, ends } = recorded();
  const file = await open(stream);
  await file.write(bytes('half'));
  await file.discard();
  expect(ends).toEqual([expect.objectContaining({ _tag: 'SinkError', path: 'a.iso' })]);
});

test('a discard while the stream is full ends the wait', async () => {
  const { stream } = recorded({ write: () => new Promise<void>(() => undefined) });
  const file = await open(stream);
  await file.write(new Uint8Array(1_048_576));
  const writing = Promise.resolve(file.write(new Uint8Array(1_048_576)));
  const discarding = file.discard();
  await expect(writing).rejects.toMatchObject({ _tag: 'SinkError' });
  expect(await isSettled(discarding)).toBe(false);
});

test.each(['write', 'close'] as const)('an error of the stream in a %s rejects the file', async (when) => {
  const reason = new Error('the reader has gone away');
  const { stream } = recorded({ [when]: () => Promise.reject(reason) });
  const file = await open(stream);
  const run = async (): Promise<void> => {
    await file.write(bytes(much));
    await file.write(bytes(much));
    await file.commit({ verified: 'length' });
  };
  await expect(run()).rejects.toBe(reason);
  await file.discard().catch(() => undefined);
});

test('a second file is rejected', async () => {
  const sink = toWritableStream(recorded().stream);
  await sink.open({ name: 'a' });
  await expect(sink.open({ name: 'b' })).rejects.toMatchObject({ _tag: 'SinkError', path: 'b' });
});
