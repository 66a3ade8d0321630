import { statfs } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { toDirectory } from 'rx-content-library/node';
import { contents, temporaryDirectory } from './temporary.ts';

const free = async (directory: string): Promise<number> => {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
};

const content = { itemId: 'item-1', contentVersion: '7' };

test('a file larger than the free space is ENOSPC before its first byte, with the missing space', async () => {
  const directory = await temporaryDirectory();
  const opening = toDirectory(directory).open({ name: 'a.iso', size: 2 ** 60, content });
  await expect(opening).rejects.toMatchObject({ _tag: 'SinkError', code: 'ENOSPC' });
  await expect(opening).rejects.toThrow(
    /: not enough disk space: 1152\.9 PB needed for all files still to come, [\d.]+ [GT]B free, 115\d\.\d PB missing\. Free some space/,
  );
  expect(await contents(directory)).toEqual({});
});

test('the space for unfinished files is reserved', async () => {
  const directory = await temporaryDirectory();
  const size = Math.floor((await free(directory)) * 0.6);
  const sink = toDirectory(directory);
  const first = await sink.open({ name: 'a.iso', size });
  await expect(sink.open({ name: 'b.iso', size })).rejects.toMatchObject({ code: 'ENOSPC' });
  await first.discard();
  await (await sink.open({ name: 'b.iso', size })).discard();
});

test('kept bytes need no space, and are kept if the space for the rest is missing', async () => {
  const directory = await temporaryDirectory();
  const half = Math.floor((await free(directory)) * 0.5);
  const incoming = { name: 'b.iso', size: half, content };
  const earlier = await toDirectory(directory).open(incoming);
  await earlier.write(new Uint8Array(1000));
  await earlier.suspend?.();

  const sink = toDirectory(directory);
  const large = await sink.open({ name: 'a.iso', size: Math.floor(half * 1.6) });
  await expect(sink.open(incoming)).rejects.toMatchObject({ code: 'ENOSPC' });
  await large.discard();
  const next = await sink.open(incoming);
  expect(next.keptBytes).toBe(1000);
  await next.discard();
});
