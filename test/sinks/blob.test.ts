import { describe, expect, test } from '@jest/globals';
import { download, toBlob, type SinkFile } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { filter, lastValueFrom, map, toArray } from 'rxjs';
import { simulatedVCenter } from '../support/simulated-vcenter.ts';

const write = async (file: SinkFile, ...texts: readonly string[]): Promise<void> => {
  for (const text of texts) await file.write(new TextEncoder().encode(text));
};

test('a file is a Blob once it is committed', async () => {
  const much = 'much '.repeat(300_000);
  const sink = toBlob();
  const file = await sink.open({ name: 'a.iso' });
  await write(file, 'one, ', much, ' three');
  expect(sink.blob('a.iso')).toBeUndefined();
  await file.commit({ verified: 'length' });
  expect(await sink.blob('a.iso')?.text()).toBe(`one, ${much} three`);
});

test('an empty file is an empty Blob', async () => {
  const sink = toBlob();
  await (await sink.open({ name: 'empty' })).commit({ verified: 'length' });
  expect(sink.blob('empty')?.size).toBe(0);
});

test('a restart drops the received bytes', async () => {
  const much = 'much '.repeat(300_000);
  const sink = toBlob();
  const file = await sink.open({ name: 'a.iso' });
  await write(file, much, much);
  await file.restart?.();
  await write(file, 'new');
  await file.commit({ verified: 'length' });
  expect(await sink.blob('a.iso')?.text()).toBe('new');
});

describe('a file whose transfer was interrupted', () => {
  const content = { itemId: 'item-1', contentVersion: '1', fileVersion: '1' };
  const file = { name: 'a.iso', size: 3_000_003, content };

  test('is continued after its bytes, in the same sink', async () => {
    const sink = toBlob();
    const first = await sink.open(file);
    await write(first, 'a'.repeat(2_000_000), 'b');
    await first.suspend?.();
    const second = await sink.open(file);
    expect(second.keptBytes).toBe(2_000_001);
    let replayed = 0;
    await second.replay?.((bytes) => void (replayed += bytes.byteLength));
    expect(replayed).toBe(2_000_001);
    await write(second, 'c'.repeat(1_000_002));
    await second.commit({ verified: 'length' });
    expect(await sink.blob('a.iso')?.text()).toBe(`${'a'.repeat(2_000_000)}b${'c'.repeat(1_000_002)}`);
    expect((await sink.open(file)).keptBytes).toBe(0);
  });

  test.each([
    ['another item', { ...file, content: { ...content, itemId: 'item-2' } }],
    ['another version of the item', { ...file, content: { ...content, contentVersion: '2' } }],
    ['another version of the file', { ...file, content: { ...content, fileVersion: '2' } }],
    ['another size', { ...file, size: 5 }],
    ['content without an identity', { name: 'a.iso', size: 3_000_003 }],
  ])('is not continued with %s', async (_, other) => {
    const sink = toBlob();
    for (const [earlier, later] of [
      [file, other],
      [other, file],
    ] as const) {
      const first = await sink.open(earlier);
      await write(first, 'a');
      await first.suspend?.();
      expect((await sink.open(later)).keptBytes).toBe(0);
    }
  });
});

test('a discarded file has no Blob', async () => {
  const sink = toBlob();
  const file = await sink.open({ name: 'a.iso' });
  await write(file, 'half');
  await file.discard();
  expect(sink.blob('a.iso')).toBeUndefined();
});

test('downloads Blobs, each available with its saved event, verified by checksum', async () => {
  const { vc } = simulatedVCenter();
  const sink = toBlob({ createHash: nodeHash });
  const saved = await lastValueFrom(
    download(vc, 'item-1', sink).pipe(
      filter((event) => event.type === 'saved'),
      map(({ file, verified, bytes }) => ({ file, verified, isThere: sink.blob(file)?.size === bytes })),
      toArray(),
    ),
  );
  expect(saved.sort((one, other) => one.file.localeCompare(other.file))).toEqual([
    { file: 'ubuntu disk #1.vmdk', verified: 'checksum', isThere: true },
    { file: 'ubuntu.nvram', verified: 'checksum', isThere: true },
    { file: 'ubuntu.ovf', verified: 'checksum', isThere: true },
  ]);
});
