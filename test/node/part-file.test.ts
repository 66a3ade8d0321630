import { open, readFile, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { SinkFile } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { contents, temporaryDirectory } from './temporary.ts';

const much = new Uint8Array(1_500_000).fill(65);

/** The prototype of all file handles, where tests make the disk slow or full. */
let disk: FileHandle;
let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
  const any = await open(join(directory, '..'));
  disk = Object.getPrototypeOf(any) as FileHandle;
  await any.close();
});

afterEach(() => {
  jest.restoreAllMocks();
});

const openFile = (force = false): Promise<SinkFile> => toDirectory(directory, { force }).open({ name: 'a.iso' });

type Method = (this: FileHandle, ...args: readonly unknown[]) => Promise<unknown>;

/** Replaces a method of all file handles; called with the original. */
const replace = (method: 'writev' | 'write' | 'sync', wrap: (original: Method) => Method) => {
  const original = Reflect.get(disk, method) as Method;
  return jest.spyOn(disk, method).mockImplementation(wrap(original) as never);
};

/** Blocks the n-th call of a method until `resume`; `reached` fulfils at that call. */
const blockIn = (method: 'writev' | 'sync', call = 1) => {
  const reached = Promise.withResolvers<undefined>();
  const gate = Promise.withResolvers<undefined>();
  let calls = 0;
  replace(
    method,
    (original) =>
      async function (...args) {
        calls += 1;
        if (calls === call) {
          reached.resolve(undefined);
          await gate.promise;
        }
        return Reflect.apply(original, this, args);
      },
  );
  return { reached: reached.promise, resume: () => gate.resolve(undefined) };
};

test('a short write is completed', async () => {
  const file = await openFile();
  replace(
    'writev',
    (original) =>
      function (chunks, position) {
        return Reflect.apply(original, this, [[(chunks as readonly Uint8Array[])[0]?.subarray(0, 3)], position]);
      },
  );
  const writes = replace(
    'write',
    (original) =>
      function (bytes, start, length, position) {
        return Reflect.apply(original, this, [bytes, start, Math.min(4, length as number), position]);
      },
  );
  for (const text of ['abcde', 'fg', 'hijklm']) await file.write(new TextEncoder().encode(text));
  await file.commit({ verified: 'length' });
  expect(writes).toHaveBeenCalledTimes(3);
  expect(await contents(directory)).toEqual({ 'a.iso': 'abcdefghijklm' });
});

test.each(['write', 'commit'] as const)('a full disk is ENOSPC in %s, and nothing is left', async (when) => {
  const file = await openFile();
  jest.spyOn(disk, 'writev').mockRejectedValue(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));
  const failing = async (): Promise<void> => {
    // A batch in flight does not delay the next chunk, which rejects with its error.
    for (const part of when === 'write' ? [much, much] : [much.subarray(0, 10)]) await file.write(part);
    if (when === 'commit') await file.commit({ verified: 'length' });
  };
  await expect(failing()).rejects.toMatchObject({ _tag: 'SinkError', code: 'ENOSPC', path: join(directory, 'a.iso') });
  await file.discard();
  expect(await contents(directory)).toEqual({});
});

test('a batch in flight delays the one after the next', async () => {
  const file = await openFile();
  const disk = blockIn('writev');
  const mebibyte = new Uint8Array(1024 * 1024).fill(66);
  await file.write(mebibyte);
  await disk.reached;
  let isTaken = false;
  const writing = Promise.resolve(file.write(mebibyte)).then(() => {
    isTaken = true;
  });
  await new Promise(setImmediate);
  expect(isTaken).toBe(false);
  disk.resume();
  await writing;
  await file.commit({ verified: 'length' });
  expect((await stat(join(directory, 'a.iso'))).size).toBe(2 * mebibyte.byteLength);
});

test('chunks of any size are written in order', async () => {
  const sizes = [1, 16_384, 1_048_575, 1, 1_048_576, 3_000_000, 70_000, 0, 1_048_577, 5];
  const chunks = sizes.map((size, index) => new Uint8Array(size).map((_, at) => (at * 7 + index * 31) % 251));
  const file = await openFile();
  for (const chunk of chunks) await file.write(chunk);
  await file.commit({ verified: 'length' });
  expect(Buffer.concat(chunks).equals(await readFile(join(directory, 'a.iso')))).toBe(true);
});

test('a discard during a write waits for it, and leaves nothing', async () => {
  const file = await openFile();
  const disk = blockIn('writev');
  const writing = file.write(much);
  await disk.reached;
  const discarding = file.discard();
  disk.resume();
  await Promise.all([writing, discarding]);
  expect(await contents(directory)).toEqual({});
});

test.each([
  ['writing the last bytes', 'writev', 1],
  ['flushing them', 'sync', 1],
  ['flushing the directory', 'sync', 2],
] as const)('a discard in the middle of a commit that is %s leaves nothing', async (_, method, call) => {
  const file = await openFile();
  const disk = blockIn(method, call);
  await file.write(much.subarray(0, 10));
  const committing = file.commit({ verified: 'length' });
  await disk.reached;
  const discarding = file.discard();
  disk.resume();
  await expect(committing).rejects.toMatchObject({ _tag: 'SinkError' });
  await discarding;
  expect(await contents(directory)).toEqual({});
});

test('a discard during a forced commit leaves the old or the new file, never none', async () => {
  for (const [call, left] of [
    [1, 'old'],
    [2, 'new'],
  ] as const) {
    await writeFile(join(directory, 'a.iso'), 'old');
    const disk = blockIn('sync', call);
    const file = await openFile(true);
    await file.write(new TextEncoder().encode('new'));
    const committing = file.commit({ verified: 'length' });
    await disk.reached;
    const discarding = file.discard();
    disk.resume();
    await expect(committing).rejects.toMatchObject({ _tag: 'SinkError' });
    await discarding;
    expect(await contents(directory)).toEqual({ 'a.iso': left });
    jest.restoreAllMocks();
  }
});

test('a discard after the commit has no effect', async () => {
  const file = await openFile();
  await file.commit({ verified: 'length' });
  await file.discard();
  expect(await contents(directory)).toEqual({ 'a.iso': '' });
});
