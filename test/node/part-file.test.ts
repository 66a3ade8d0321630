import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { open, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { SinkFile } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { contents, temporaryDirectory } from './temporary.ts';

const much = new Uint8Array(1_500_000).fill(65);

/** What all open files have in common: here a disk can be made slow, full or picky. */
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

/** Puts something in the place of a method of all open files; it is given the method itself. */
const replace = (method: 'writev' | 'write' | 'sync', wrap: (original: Method) => Method) => {
  const original = Reflect.get(disk, method) as Method;
  return jest.spyOn(disk, method).mockImplementation(wrap(original) as never);
};

/** Stops the disk in the n-th call of a method, until `goOn`; `reached` fulfils when it is there. */
const stopIn = (method: 'writev' | 'sync', call = 1) => {
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
  return { reached: reached.promise, goOn: () => gate.resolve(undefined) };
};

test('a disk that takes less than it is given is given the rest', async () => {
  replace(
    'writev',
    (original) =>
      function (pieces) {
        return Reflect.apply(original, this, [
          (pieces as readonly Uint8Array[]).slice(0, 1).map((piece) => piece.subarray(0, 3)),
        ]);
      },
  );
  const writes = replace(
    'write',
    (original) =>
      function (piece) {
        return Reflect.apply(original, this, [(piece as Uint8Array).subarray(0, 4)]);
      },
  );
  const file = await openFile();
  for (const text of ['abcde', 'fg', 'hijklm']) await file.write(new TextEncoder().encode(text));
  await file.commit({ verified: 'length' });
  expect(writes).toHaveBeenCalledTimes(3);
  expect(await contents(directory)).toEqual({ 'a.iso': 'abcdefghijklm' });
});

test.each(['write', 'commit'] as const)('a disk that is full is ENOSPC in %s, and nothing is left', async (when) => {
  jest.spyOn(disk, 'writev').mockRejectedValue(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));
  const file = await openFile();
  const failing = async (): Promise<void> => {
    await file.write(when === 'write' ? much : much.subarray(0, 10));
    if (when === 'commit') await file.commit({ verified: 'length' });
  };
  await expect(failing()).rejects.toMatchObject({ _tag: 'SinkError', code: 'ENOSPC', path: join(directory, 'a.iso') });
  await file.discard();
  expect(await contents(directory)).toEqual({});
});

test('a discard in the middle of a write waits for it, and leaves nothing', async () => {
  const disk = stopIn('writev');
  const file = await openFile();
  const writing = file.write(much);
  await disk.reached;
  const discarding = file.discard();
  disk.goOn();
  await Promise.all([writing, discarding]);
  expect(await contents(directory)).toEqual({});
});

test.each([
  ['writing the last bytes', 'writev', 1],
  ['flushing them', 'sync', 1],
  ['flushing the directory', 'sync', 2],
] as const)('a discard in the middle of a commit that is %s leaves nothing', async (_, method, call) => {
  const disk = stopIn(method, call);
  const file = await openFile();
  await file.write(much.subarray(0, 10));
  const committing = file.commit({ verified: 'length' });
  await disk.reached;
  const discarding = file.discard();
  disk.goOn();
  await expect(committing).rejects.toMatchObject({ _tag: 'SinkError' });
  await discarding;
  expect(await contents(directory)).toEqual({});
});

test('a discard in the middle of a forced commit leaves the old file, or else the new one, never none', async () => {
  for (const [call, left] of [
    [1, 'old'],
    [2, 'new'],
  ] as const) {
    await writeFile(join(directory, 'a.iso'), 'old');
    const disk = stopIn('sync', call);
    const file = await openFile(true);
    await file.write(new TextEncoder().encode('new'));
    const committing = file.commit({ verified: 'length' });
    await disk.reached;
    const discarding = file.discard();
    disk.goOn();
    await expect(committing).rejects.toMatchObject({ _tag: 'SinkError' });
    await discarding;
    expect(await contents(directory)).toEqual({ 'a.iso': left });
    jest.restoreAllMocks();
  }
});

test('a discard after the commit changes nothing: the file was announced', async () => {
  const file = await openFile();
  await file.commit({ verified: 'length' });
  await file.discard();
  expect(await contents(directory)).toEqual({ 'a.iso': '' });
});
