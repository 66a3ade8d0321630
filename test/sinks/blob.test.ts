import { expect, test } from '@jest/globals';
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
