import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { SinkError, type SinkFile } from 'rx-content-library';
import { toWritable } from 'rx-content-library/node';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const open = (stream: Writable): Promise<SinkFile> => toWritable(stream).open({ name: 'a.iso' });

/** A stream that accepts one chunk, and the next one when the test calls back. */
const slow = (highWaterMark = 1) => {
  const taken: string[] = [];
  let finish: (error?: Error) => void = () => undefined;
  const stream = new Writable({
    highWaterMark,
    write: (chunk: Buffer, _, done) => {
      taken.push(chunk.toString());
      finish = done;
    },
  });
  return { stream, taken, finish: (error?: Error) => finish(error) };
};

/** Returns true if a promise is settled after all pending work has run. */
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

const listeners = (stream: Writable): number =>
  stream.eventNames().reduce((count, event) => count + stream.listenerCount(event), 0);

test('writes the bytes to the stream, which stays open', async () => {
  const stream = new PassThrough();
  const file = await open(stream);
  await file.write(bytes('one, '));
  await file.write(bytes('two'));
  await file.commit({ verified: 'length' });
  expect(String(stream.read())).toBe('one, two');
  expect(stream.writable).toBe(true);
});

test('a write waits for a full stream to drain', async () => {
  const { stream, taken, finish } = slow();
  const file = await open(stream);
  const writing = Promise.resolve(file.write(bytes('one')));
  expect(await isSettled(writing)).toBe(false);
  finish();
  await writing;
  expect(taken).toEqual(['one']);
});

test('a commit waits until the last byte is written', async () => {
  const { stream, finish } = slow(1000);
  const file = await open(stream);
  await file.write(bytes('one'));
  const committing = file.commit({ verified: 'length' });
  expect(await isSettled(committing)).toBe(false);
  finish();
  await committing;
});

test.each(['write', 'commit'] as const)('a reader that disconnects during a %s is a SinkError with EPIPE', async (when) => {
  const { stream, finish } = slow(when === 'write' ? 1 : 1000);
  const file = await open(stream);
  const writing = Promise.resolve(file.write(bytes('one')));
  if (when === 'commit') await writing;
  const pending = when === 'write' ? writing : file.commit({ verified: 'length' });
  finish(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  await expect(pending).rejects.toBeInstanceOf(SinkError);
  await expect(pending).rejects.toMatchObject({ code: 'EPIPE', path: 'a.iso' });
  await expect(Promise.resolve(file.write(bytes('two')))).rejects.toMatchObject({ code: 'EPIPE' });
});

test.each(['write', 'commit'] as const)('a stream that is destroyed during a %s is a SinkError with EPIPE', async (when) => {
  const { stream } = slow(when === 'write' ? 1 : 1000);
  const file = await open(stream);
  const writing = Promise.resolve(file.write(bytes('one')));
  if (when === 'commit') await writing;
  const pending = when === 'write' ? writing : file.commit({ verified: 'length' });
  stream.destroy();
  await expect(pending).rejects.toMatchObject({ _tag: 'SinkError', code: 'EPIPE' });
});

test('an ended stream rejects a write', async () => {
  const stream = new PassThrough();
  stream.end();
  await expect(Promise.resolve((await open(stream)).write(bytes('x')))).rejects.toMatchObject({
    _tag: 'SinkError',
    code: 'EPIPE',
  });
});

test('a second file is rejected', async () => {
  const sink = toWritable(new PassThrough());
  await sink.open({ name: 'a' });
  await expect(sink.open({ name: 'b' })).rejects.toMatchObject({ _tag: 'SinkError', path: 'b' });
});

test('no listener remains on the stream, however often it was full', async () => {
  const stream = new Writable({ highWaterMark: 1, write: (_, __, done) => void setImmediate(done) });
  const before = listeners(stream);
  const file = await open(stream);
  const open1 = listeners(stream);
  for (let count = 0; count < 30; count += 1) {
    await file.write(bytes('x'));
    expect(listeners(stream)).toBe(open1);
  }
  await file.commit({ verified: 'length' });
  expect(listeners(stream)).toBe(before);
});

test('a discard while the stream is full ends the wait and removes all listeners', async () => {
  const { stream } = slow();
  const before = listeners(stream);
  const file = await open(stream);
  const writing = file.write(bytes('one'));
  await file.discard();
  await writing;
  expect(listeners(stream)).toBe(before);
});
