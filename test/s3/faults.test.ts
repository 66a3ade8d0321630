/** What a bucket has after failures of the store, of the network and of the process. */

import { describe, expect, test } from '@jest/globals';
import { isTransient, SinkError, TransportError, type ContentLibraryError, type MirrorEvent } from 'rx-content-library';
import { takeWhile } from 'rxjs';
import { collect, collectValues } from '../support/collect.ts';
import type { MemoryS3, MemoryS3Fault } from '../support/memory-s3.ts';
import { simulateLibrary } from '../support/mirrored-library.ts';
import { accessKeyId, bucketOf, memoryS3, secretAccessKey } from './client.ts';
import { assertComplete, itemOf, keysIn, until } from './library.ts';

const library = { libraryId: 'library-1', libraryName: 'templates' };

const errorOf = (values: readonly MirrorEvent[]): ContentLibraryError | undefined =>
  values.find((event) => event.type === 'failed')?.error;

const runWith = async (fault: MemoryS3Fault, s3?: MemoryS3) => {
  const store = s3 ?? (await memoryS3());
  store.faults.push(fault);
  const values = await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(store)));
  return { s3: store, values, error: errorOf(values), last: values.at(-1) };
};

describe('requests that fail', () => {
  test.each(['PutObject', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'HeadObject', 'GetObject'])(
    'twice are repeated: %s',
    async (operation) => {
      const { s3, last } = await runWith({ operation, times: 2, status: 503, code: 'SlowDown' });
      expect(last).toMatchObject({ type: 'finished', mirrored: 1, failed: 0 });
      assertComplete(s3);
      expect(s3.uploads.size).toBe(0);
    },
  );

  test('always fail the item, and nothing of the upload is left', async () => {
    const { s3, error, last } = await runWith({ operation: 'UploadPart', status: 500 });
    expect(error).toBeInstanceOf(SinkError);
    expect(error?.message).toMatch(
      /disk\.vmdk: UploadPart s3:\/\/images.*the store has failed \(500 InternalError\).* started over/,
    );
    expect(last).toMatchObject({ type: 'finished', mirrored: 0, failed: 1 });
    expect(s3.uploads.size).toBe(0);
    expect(keysIn(s3).some((key) => key.endsWith('disk.vmdk'))).toBe(false);
    expect(keysIn(s3).some((key) => key.endsWith('.content-library.json'))).toBe(false);
  });

  test('leave the earlier version as it is', async () => {
    const s3 = await memoryS3();
    await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
    s3.faults.push({ operation: 'CompleteMultipartUpload', status: 500 });
    const values = await collectValues(simulateLibrary([itemOf('debian', '2', 'DISK ')]).mirrored(bucketOf(s3)));
    expect(errorOf(values)?._tag).toBe('SinkError');
    expect(assertComplete(s3)).toEqual({ 'a.ovf': 'version 1' });
    expect(s3.uploads.size).toBe(0);
  });

  test('are of the type that a fleet repeats, if the item cannot be opened or published', async () => {
    for (const fault of [
      { operation: 'ListMultipartUploads', status: 503, code: 'SlowDown' },
      { operation: 'PutObject', key: /content-library/, status: 500 },
    ]) {
      const s3 = await memoryS3();
      // The first listing of uploads is that of all items.
      s3.faults.push({ ...fault });
      const target = bucketOf(s3);
      const { error } = await collect(simulateLibrary([itemOf('debian')]).mirrored({ ...target, list: async () => [] })).then(
        ({ values }) => ({ error: errorOf(values) }),
      );
      expect(error).toBeInstanceOf(TransportError);
      expect(isTransient(error)).toBe(true);
    }
  });
});

describe('a response that is lost', () => {
  test('of a completion: the file is complete', async () => {
    const { s3, last } = await runWith({ operation: 'CompleteMultipartUpload', times: 1, close: 'after' });
    expect(last).toMatchObject({ type: 'finished', mirrored: 1, failed: 0 });
    assertComplete(s3);
    expect(s3.uploads.size).toBe(0);
  });

  test.each([/a\.ovf$/, /content-library/])('of an object %s: it is not written again', async (key) => {
    const { s3, last } = await runWith({ operation: 'PutObject', key, times: 1, close: 'after' });
    expect(last).toMatchObject({ type: 'finished', mirrored: 1, failed: 0 });
    assertComplete(s3);
    expect(keysIn(s3)).toHaveLength(3);
  });

  test('of the begin of an upload: the next run aborts it', async () => {
    const { s3, last } = await runWith({ operation: 'CreateMultipartUpload', times: 1, close: 'after' });
    expect(last).toMatchObject({ type: 'finished', mirrored: 1 });
    expect(s3.uploads.size).toBe(1);
    await collectValues(simulateLibrary([itemOf('debian', '2')]).mirrored(bucketOf(s3)));
    expect(s3.uploads.size).toBe(0);
    assertComplete(s3);
  });
});

describe('what the store refuses', () => {
  test.each([
    ['CreateMultipartUpload', 's3:PutObject'],
    ['PutObject', 's3:PutObject'],
    ['GetObject', 's3:GetObject and s3:ListBucket'],
    ['ListMultipartUploads', 's3:ListBucketMultipartUploads'],
    ['DeleteObject', 's3:DeleteObject'],
  ])('%s: the message names the permission %s', async (operation, permission) => {
    const s3 = await memoryS3();
    s3.faults.push({ operation, status: 403, code: 'AccessDenied' });
    const { values, error } = await collect(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
    const refusal = (error ?? errorOf(values)) as SinkError;
    expect(refusal).toBeInstanceOf(SinkError);
    expect(refusal.code).toBe('AccessDenied');
    expect(refusal.message).toMatch(new RegExp(`permission ${permission} \\(${operation}: 403 AccessDenied\\)\\.$`));
    expect(isTransient(refusal)).toBe(false);
  });

  test.each([
    [404, 'NoSuchBucket', 'Create it'],
    [403, 'InvalidAccessKeyId', 'Correct the credentials'],
    [403, 'SignatureDoesNotMatch', 'Correct the secret key'],
    [400, 'ExpiredToken', 'credentials that are renewed'],
    [301, 'PermanentRedirect', 'another region'],
  ])('%d %s: the message says what to do', async (status, code, advice) => {
    const s3 = await memoryS3();
    s3.faults.push({ operation: 'ListObjectsV2', status, code });
    const refusal = await bucketOf(s3)
      .list(library)
      .catch((thrown: unknown) => thrown as SinkError);
    expect(refusal).toMatchObject({ _tag: 'SinkError', code, path: 's3://images/vsphere/templates/' });
    expect((refusal as SinkError).message).toContain(advice);
  });

  test('no error has the access key, its secret, or the error of the client', async () => {
    const s3 = await memoryS3();
    const text = `<AWSAccessKeyId>${accessKeyId}</AWSAccessKeyId><StringToSign>${secretAccessKey}</StringToSign>`;
    s3.faults.push({ operation: 'ListObjectsV2', status: 403, code: 'SignatureDoesNotMatch', text });
    const refusal = await bucketOf(s3)
      .list(library)
      .catch((thrown: unknown) => thrown as SinkError);
    expect(refusal).toBeInstanceOf(SinkError);
    expect((refusal as SinkError).cause).toBeUndefined();
    const all = `${String(refusal)} ${JSON.stringify(refusal)} ${(refusal as SinkError).stack ?? ''}`;
    expect(all).not.toContain(accessKeyId);
    expect(all).not.toContain(secretAccessKey);
  });
});

test.each([
  ['is busy', { operation: 'ListObjectsV2', status: 503, code: 'SlowDown' }, 'SlowDown'],
  ['fails', { operation: 'ListObjectsV2', status: 500 }, 'InternalError'],
  ['closes the connection', { operation: 'ListObjectsV2', close: 'before' as const }, 'ECONNRESET'],
])('a store that %s cannot be listed for now', async (_, fault, code) => {
  const s3 = await memoryS3();
  s3.faults.push(fault);
  const error = await bucketOf(s3)
    .list(library)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ _tag: 'TransportError', code });
  expect(isTransient(error)).toBe(true);
});

test('a store that does not listen cannot be listed for now', async () => {
  const s3 = await memoryS3();
  const target = bucketOf(s3);
  await s3.close();
  const error = await target.list(library).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ _tag: 'TransportError', code: 'ECONNREFUSED' });
});

describe('after unsubscribing', () => {
  test('while an upload is begun, it is aborted once it has begun', async () => {
    const s3 = await memoryS3();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    s3.faults.push({ operation: 'CreateMultipartUpload', until: promise });
    const running = simulateLibrary([itemOf('debian')])
      .mirrored(bucketOf(s3))
      .subscribe();
    await until(() => s3.log.some((line) => line.startsWith('CreateMultipartUpload')));
    running.unsubscribe();
    resolve(undefined);
    await until(() => s3.log.some((line) => line.startsWith('AbortMultipartUpload')));
    await until(() => s3.uploads.size === 0);
    expect(s3.log.filter((line) => line.startsWith('UploadPart'))).toEqual([]);
  });

  test('while parts are sent, they are removed', async () => {
    const s3 = await memoryS3();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    s3.faults.push({ operation: 'UploadPart', until: promise });
    const running = simulateLibrary([itemOf('debian')])
      .mirrored(bucketOf(s3))
      .subscribe();
    await until(() => s3.log.filter((line) => line.startsWith('UploadPart')).length === 2);
    running.unsubscribe();
    await until(() => s3.log.some((line) => line.startsWith('AbortMultipartUpload')));
    resolve(undefined);
    await until(() => s3.uploads.size === 0);
    expect(keysIn(s3).some((key) => key.endsWith('disk.vmdk'))).toBe(false);
  });

  test('the files that were complete are not downloaded again by the next run, if the server states their checksums', async () => {
    const s3 = await memoryS3();
    const first = simulateLibrary([itemOf('debian')]);
    s3.faults.push({ operation: 'UploadPart', status: 500 });
    await collectValues(first.mirrored(bucketOf(s3)));
    s3.faults.length = 0;
    expect(keysIn(s3)).toEqual([
      'vsphere/templates/.versions/HASH-0-HASH/.verified/a.ovf.json',
      'vsphere/templates/.versions/HASH-0-HASH/a.ovf',
    ]);
    const second = simulateLibrary([itemOf('debian')]);
    const values = await collectValues(second.mirrored(bucketOf(s3)));
    expect(values).toContainEqual(
      expect.objectContaining({ event: expect.objectContaining({ type: 'saved', file: 'a.ovf', skipped: true }) }),
    );
    assertComplete(s3);
    expect(keysIn(s3)).toHaveLength(3);
  });
});

describe('what a process that has ended leaves', () => {
  const leftover = { body: Buffer.from('version 0'), etag: '"0"' };
  const keyOf = (s3: MemoryS3, name: string) => [...s3.objects.keys()].find((key) => key.endsWith(name)) ?? '';

  test('a file without a record is replaced', async () => {
    const s3 = await memoryS3();
    await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
    const key = keyOf(s3, 'a.ovf');
    s3.objects.clear();
    s3.objects.set(key, leftover);
    const values = await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
    expect(values.at(-1)).toMatchObject({ type: 'finished', mirrored: 1, failed: 0 });
    expect(assertComplete(s3)).toEqual({ 'a.ovf': 'version 1' });
  });

  test('an upload of the item is aborted when the item is opened, one of another item after seven days', async () => {
    const s3 = await memoryS3();
    await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
    const folder = keyOf(s3, 'a.ovf').replace('a.ovf', '');
    const day = 24 * 60 * 60 * 1000;
    const begin = (id: string, key: string, age: number) =>
      s3.uploads.set(id, { key, parts: new Map(), begunAt: new Date(Date.now() - age) });
    begin('of the item', `${folder}disk.vmdk`, day);
    begin('of another item', 'vsphere/templates/.versions/0-0-0/disk.vmdk', 6 * day);
    begin('old', 'vsphere/templates/.versions/0-0-0/disk.vmdk', 8 * day);
    begin('of another program', 'vsphere/templates/disk.vmdk', 8 * day);
    await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
    expect([...s3.uploads.keys()]).toEqual(['of the item', 'of another item', 'of another program']);
    await collectValues(simulateLibrary([itemOf('debian', '2')]).mirrored(bucketOf(s3)));
    expect([...s3.uploads.keys()]).toEqual(['of another item', 'of another program']);
  });

  test('files of the earlier version are removed by the next run', async () => {
    const s3 = await memoryS3();
    await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
    s3.faults.push({ operation: 'DeleteObject', status: 500 });
    await collectValues(simulateLibrary([itemOf('debian', '2', 'DISK ')]).mirrored(bucketOf(s3)));
    expect(keysIn(s3)).toHaveLength(7);
    s3.faults.length = 0;
    await collectValues(simulateLibrary([itemOf('debian', '2', 'DISK ')]).mirrored(bucketOf(s3)));
    expect(keysIn(s3)).toHaveLength(3);
    expect(assertComplete(s3)).toEqual({ 'a.ovf': 'version 2' });
  });
});

describe('another process', () => {
  test('that publishes another version in the meantime is not overwritten', async () => {
    const s3 = await memoryS3();
    await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
    const { promise, resolve } = Promise.withResolvers<undefined>();
    s3.faults.push({ operation: 'UploadPart', times: 1, until: promise });
    const slow = collect(simulateLibrary([itemOf('debian', '2', 'DISK ')]).mirrored(bucketOf(s3)));
    await until(() => s3.log.filter((line) => line.startsWith('UploadPart')).length > 3);
    await collectValues(simulateLibrary([itemOf('debian', '3')]).mirrored(bucketOf(s3)));
    resolve(undefined);
    const { values } = await slow;
    expect(errorOf(values)).toBeInstanceOf(SinkError);
    expect(assertComplete(s3)).toEqual({ 'a.ovf': 'version 3' });
    expect(s3.uploads.size).toBe(0);
  });

  test('that changes the manifest in the meantime is not overwritten', async () => {
    const s3 = await memoryS3();
    await collectValues(simulateLibrary([itemOf('debian')]).mirrored(bucketOf(s3)));
    const { promise, resolve } = Promise.withResolvers<undefined>();
    s3.faults.push({ operation: 'PutObject', key: /content-library/, times: 1, until: promise });
    const slow = collect(simulateLibrary([itemOf('debian', '2')]).mirrored(bucketOf(s3)));
    await until(() => s3.log.filter((line) => /^PutObject .*content-library/.test(line)).length > 1);
    await collectValues(simulateLibrary([itemOf('debian', '3')]).mirrored(bucketOf(s3)));
    resolve(undefined);
    const { values } = await slow;
    expect(errorOf(values)).toMatchObject({ _tag: 'SinkError', code: 'PreconditionFailed' });
    expect(assertComplete(s3)).toEqual({ 'a.ovf': 'version 3' });
  });
});

test('a file whose bytes were corrupt is sent again, and the first upload is removed', async () => {
  const s3 = await memoryS3();
  const { mirrored } = simulateLibrary([itemOf('debian')], {
    faults: [{ operation: 'data', file: 'disk.vmdk', kind: 'corrupt', at: 10_000_000, times: 1 }],
  });
  const values = await collectValues(mirrored(bucketOf(s3)));
  expect(values.at(-1)).toMatchObject({ type: 'finished', mirrored: 1, failed: 0 });
  assertComplete(s3);
  expect(s3.uploads.size).toBe(0);
});

test('unsubscribing at any event leaves no upload behind, and the next run completes the item', async () => {
  const s3 = await memoryS3();
  for (let count = 1; count <= 8; count += 1) {
    const name = `debian-${count}`;
    let seen = 0;
    const { simulator, mirrored } = simulateLibrary([itemOf(name)]);
    await collect(mirrored(bucketOf(s3)).pipe(takeWhile(() => (seen += 1) < count)));
    await until(() => simulator.sessions.length === 0);
    await collectValues(simulateLibrary([itemOf(name)]).mirrored(bucketOf(s3)));
    assertComplete(s3, name);
  }
  await until(() => s3.uploads.size === 0);
}, 180_000);
