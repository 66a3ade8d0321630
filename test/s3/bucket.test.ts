/** A library mirrored to a bucket, from the simulator to a store in memory. */

import { describe, expect, test } from '@jest/globals';
import { collect, collectValues } from '../support/collect.ts';
import { simulateLibrary } from '../support/mirrored-library.ts';
import { bucketOf, memoryS3 } from './client.ts';
import { assertComplete, itemOf, keysIn, manifestOf, MiB } from './library.ts';

describe.each([
  ['with conditional writes', true],
  ['without conditional writes', false],
])('a store %s', (_, hasConditions) => {
  test('has an item as its files and a manifest that names them', async () => {
    const s3 = await memoryS3({ hasConditions });
    const values = await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
    expect(values.at(-1)).toMatchObject({ type: 'finished', mirrored: 1, failed: 0 });
    expect(keysIn(s3)).toEqual([
      'vsphere/templates/.versions/HASH-0-HASH/a.ovf',
      'vsphere/templates/.versions/HASH-0-HASH/disk.vmdk',
      'vsphere/templates/debian/.content-library.json',
    ]);
    expect(manifestOf(s3)).toMatchObject({ v: 1, contentVersion: '1', revision: 1 });
    expect(assertComplete(s3)).toEqual({ 'a.ovf': 'version 1' });
    expect(s3.uploads.size).toBe(0);
  });

  test('gets a file once that is the same in the new version, and loses the files of the earlier one', async () => {
    const s3 = await memoryS3({ hasConditions });
    await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
    const received = s3.bytesReceived;
    const values = await collectValues(simulateLibrary([itemOf('debian', '2')]).mirrored(bucketOf(s3)));
    expect(values).toContainEqual(expect.objectContaining({ type: 'mirrored', bytes: 15 * MiB + 9, transferred: 9 }));
    expect(s3.bytesReceived - received).toBeLessThan(10_000);
    expect(keysIn(s3)).toEqual([
      'vsphere/templates/.versions/HASH-0-HASH/disk.vmdk',
      'vsphere/templates/.versions/HASH-1-HASH/a.ovf',
      'vsphere/templates/debian/.content-library.json',
    ]);
    expect(manifestOf(s3)).toMatchObject({ contentVersion: '2', revision: 2 });
    expect(assertComplete(s3)).toEqual({ 'a.ovf': 'version 2' });
  });
});

test('without conditional writes, a condition is tried by one write', async () => {
  const s3 = await memoryS3({ hasConditions: false });
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
  const written = s3.log.filter((line) => line.startsWith('PutObject')).map((line) => line.replace(/ .*\//, ' '));
  // The client repeats a request with the status 501 as any other of 500 and more.
  expect(written.filter((line) => line.endsWith(' a.ovf'))).toHaveLength(3 + 1);
  expect(written.filter((line) => line.endsWith('.content-library.json'))).toHaveLength(1);
});

test('a second run moves no byte', async () => {
  const s3 = await memoryS3();
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
  const { simulator, mirrored } = simulateLibrary([itemOf('debian')]);
  const received = s3.bytesReceived;
  await collectValues(mirrored(bucketOf(s3)));
  expect(simulator.bytesServed).toBe(0);
  expect(s3.bytesReceived).toBe(received);
});

test('a file of one part is one request, a larger one has parts of 8 MiB', async () => {
  const s3 = await memoryS3();
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
  const written = s3.log.filter((line) => /^(?:Put|Create|Upload|Complete)/.test(line)).map((line) => line.replace(/ .*\//, ' '));
  expect(written.filter((line) => /a\.ovf$/.test(line))).toEqual(['PutObject a.ovf']);
  expect(written.filter((line) => /disk\.vmdk$/.test(line))).toEqual([
    'CreateMultipartUpload disk.vmdk',
    'UploadPart disk.vmdk',
    'UploadPart disk.vmdk',
    'CompleteMultipartUpload disk.vmdk',
  ]);
  expect(written.at(-1)).toBe('PutObject .content-library.json');
});

test('the manifest in the bucket is complete at every moment of the change to the next version', async () => {
  const s3 = await memoryS3();
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
  const seen: string[] = [];
  await new Promise<void>((resolve, reject) => {
    simulateLibrary([itemOf('debian', '2', 'DISK ')])
      .mirrored(bucketOf(s3))
      .subscribe({
        next: () => {
          const { contentVersion } = manifestOf(s3);
          expect(assertComplete(s3)).toEqual({ 'a.ovf': `version ${contentVersion}` });
          seen.push(contentVersion);
        },
        error: reject,
        complete: resolve,
      });
  });
  expect(seen[0]).toBe('1');
  expect(seen.at(-1)).toBe('2');
});

test('an item that is gone is removed with its files and uploads', async () => {
  const s3 = await memoryS3();
  await collectValues(simulateLibrary([itemOf('debian'), itemOf('ubuntu')]).mirrored(bucketOf(s3)));
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3), { delete: true }));
  expect(keysIn(s3)).toHaveLength(3);
  assertComplete(s3);
});

test('an item that was renamed gets another place, and its files stay', async () => {
  const s3 = await memoryS3();
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
  const renamed = simulateLibrary([{ ...itemOf('debian'), name: 'debian-12' }]);
  await collectValues(renamed.mirrored(bucketOf(s3)));
  expect(renamed.simulator.bytesServed).toBe(0);
  expect(keysIn(s3).filter((key) => key.endsWith('.json'))).toEqual(['vsphere/templates/debian-12/.content-library.json']);
  assertComplete(s3, 'debian-12');
});

test('an item that was renamed and changed has one manifest, also if the process ends before the other one is removed', async () => {
  const s3 = await memoryS3();
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
  s3.faults.push({ operation: 'DeleteObject', key: /templates\/debian\//, times: 3, status: 500 });
  const item = { ...itemOf('debian', '2'), name: 'debian-12' };
  await collectValues(simulateLibrary([item]).mirrored(bucketOf(s3)));
  expect(keysIn(s3).filter((key) => key.endsWith('.content-library.json'))).toHaveLength(2);
  const { simulator, mirrored } = simulateLibrary([item]);
  const values = await collectValues(mirrored(bucketOf(s3)));
  expect(values.at(-1)).toMatchObject({ type: 'finished', current: 1 });
  expect(simulator.bytesServed).toBe(0);
  expect(keysIn(s3)).toEqual([
    'vsphere/templates/.versions/HASH-0-HASH/disk.vmdk',
    'vsphere/templates/.versions/HASH-1-HASH/a.ovf',
    'vsphere/templates/debian-12/.content-library.json',
  ]);
});

test('a manifest of another item, or a damaged one, is not replaced', async () => {
  const s3 = await memoryS3();
  s3.objects.set('vsphere/templates/debian/.content-library.json', { body: Buffer.from('{"v":1'), etag: '"1"' });
  const { simulator, mirrored } = simulateLibrary([itemOf('debian')]);
  const values = await collectValues(mirrored(bucketOf(s3), { delete: true }));
  expect(values).toContainEqual(
    expect.objectContaining({ type: 'failed', error: expect.objectContaining({ _tag: 'SinkError', code: 'EEXIST' }) }),
  );
  expect(simulator.count('content.library.item.DownloadSession.create')).toBe(0);
});

test('other objects of the bucket are neither read as items nor removed', async () => {
  const s3 = await memoryS3();
  const other = { body: Buffer.from('notes'), etag: '"1"' };
  for (const key of ['notes.txt', 'vsphere/notes.txt', 'vsphere/templates/notes/a.txt', 'vsphere/templates-2/a.txt'])
    s3.objects.set(key, other);
  await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3), { delete: true }));
  await collectValues(simulateLibrary([itemOf('ubuntu')]).mirrored(bucketOf(s3), { delete: true }));
  expect(keysIn(s3)).toEqual([
    'notes.txt',
    'vsphere/notes.txt',
    'vsphere/templates-2/a.txt',
    'vsphere/templates/.versions/HASH-0-HASH/a.ovf',
    'vsphere/templates/.versions/HASH-0-HASH/disk.vmdk',
    'vsphere/templates/notes/a.txt',
    'vsphere/templates/ubuntu/.content-library.json',
  ]);
});

test('two mirrors of one library end with the right bytes', async () => {
  const s3 = await memoryS3();
  const items = ['a', 'b', 'c'].map((name) => itemOf(name));
  await Promise.all([simulateLibrary(items), simulateLibrary(items)].map(({ mirrored }) => collect(mirrored(bucketOf(s3)))));
  const values = await collectValues(simulateLibrary(items).mirrored(bucketOf(s3)));
  expect(values.at(-1)).toMatchObject({ type: 'finished', failed: 0 });
  for (const { name } of items) assertComplete(s3, name);
  expect(s3.uploads.size).toBe(0);
  expect(keysIn(s3)).toHaveLength(9);
});

test('an item without a content version is downloaded to objects of its own', async () => {
  const s3 = await memoryS3();
  const { contentVersion, ...item } = itemOf('debian');
  expect(contentVersion).toBe('1');
  await collectValues(simulateLibrary([item]).mirrored(bucketOf(s3)));
  assertComplete(s3);
});
