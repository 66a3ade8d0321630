/** What `toBucket` accepts. */

import { expect, test } from '@jest/globals';
import { toBucket, type BucketOptions } from 'rx-content-library/s3';
import { clientOf, memoryS3 } from './client.ts';

const client = clientOf({ url: 'http://127.0.0.1:9' });

test.each<[string, unknown, string]>([
  ['an unknown option', { bucket: 'images', prefx: 'a' }, 'prefx: unknown option; did you mean prefix?'],
  ['no bucket', {}, "bucket: expected the name of a bucket, such as 'images'"],
  ['an address as the bucket', { bucket: 's3://images' }, "bucket: expected the name of a bucket, such as 'images'"],
  ['a prefix with an empty name', { bucket: 'images', prefix: 'a//b' }, 'prefix: expected names joined by slashes'],
  ['a prefix that begins with a slash', { bucket: 'images', prefix: '/a' }, 'prefix: expected names joined by slashes'],
  ['a prefix that names a directory above', { bucket: 'images', prefix: 'a/../b' }, 'prefix: expected names joined by slashes'],
  ['a prefix with a line break', { bucket: 'images', prefix: 'a\nb' }, 'prefix: expected names joined by slashes'],
  ['a prefix that leaves no space for names', { bucket: 'images', prefix: 'a'.repeat(401) }, 'at most 400 bytes'],
])('%s is refused', (_, options, message) => {
  expect(() => toBucket(client, options as BucketOptions)).toThrow(message);
  expect(() => toBucket(client, options as BucketOptions)).toThrow(TypeError);
});

test('what is not a client is refused', () => {
  expect(() => toBucket({} as typeof client, { bucket: 'images' })).toThrow('client: expected a client of S3');
});

test.each([
  [undefined, 'templates/'],
  ['', 'templates/'],
  ['vsphere/berlin', 'vsphere/berlin/templates/'],
  ['vsphere/', 'vsphere/templates/'],
])('the prefix %p has libraries in %s', async (prefix, folder) => {
  const s3 = await memoryS3();
  const target = toBucket(clientOf(s3), { bucket: 'images', prefix });
  await target.list({ libraryId: 'library-1', libraryName: 'templates' });
  expect(s3.log).toContain(`ListMultipartUploads ${folder}.versions/`);
  s3.objects.set(`${folder}debian/.content-library.json`, { body: Buffer.from('{}'), etag: '"1"' });
  await target.list({ libraryId: 'library-1', libraryName: 'templates' });
  expect(s3.log).toContain(`GetObject ${folder}debian/.content-library.json`);
});
