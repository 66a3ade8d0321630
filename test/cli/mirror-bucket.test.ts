/** `content-library mirror` to a bucket. */

import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';
import { temporaryDirectory } from '../node/temporary.ts';
import { startMemoryS3, type MemoryS3 } from '../support/memory-s3.ts';
import { codeOf, command, program, runNode, start } from './command.ts';
import { servedSimulator } from './served-simulator.ts';

const open: MemoryS3[] = [];

afterEach(async () => {
  for (const s3 of open.splice(0)) await s3.close();
});

const keys = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret/of/the/store' };

const served = async (size = 9_000_000) => {
  const s3 = await startMemoryS3();
  open.push(s3);
  const items = [{ name: 'debian', id: 'id-debian', files: [{ name: 'debian.iso', size }] }];
  const { env, simulator } = await servedSimulator({
    inventory: { libraries: [{ name: 'templates', id: 'lib-1', items }] },
  });
  return { s3, simulator, env: { ...env, ...keys, AWS_ENDPOINT_URL_S3: s3.url } };
};

test('mirrors a library to a bucket once, and then has nothing to do', async () => {
  const { s3, env, simulator } = await served();
  const first = await command(['mirror', 'templates', 's3://images/vsphere'], { env });
  expect(first).toMatchObject({ code: 0, stdout: 'debian  1 file  9.0 MB  9.0 MB downloaded\n' });
  expect([...s3.objects.keys()]).toContain('vsphere/templates/debian/.content-library.json');
  const bytes = simulator.bytesServed;
  const second = await command(['mirror', 'templates', 's3://images/vsphere'], { env });
  expect(second).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('Nothing to do') });
  expect(simulator.bytesServed).toBe(bytes);
});

test('a signal leaves no upload, and no session', async () => {
  const { s3, env, simulator } = await served(60_000_000);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  s3.faults.push({ operation: 'UploadPart', until: promise });
  const child = start(['mirror', 'templates', 's3://images'], { env });
  while (!s3.log.some((line) => line.startsWith('UploadPart'))) await new Promise((next) => setImmediate(next));
  child.kill('SIGTERM');
  expect(await codeOf(child)).toBe(143);
  resolve(undefined);
  expect(s3.log.some((line) => line.startsWith('AbortMultipartUpload'))).toBe(true);
  expect(s3.uploads.size).toBe(0);
  expect(simulator.sessions).toEqual([]);
});

test('a store that refuses is an error that says what to do, without the access key', async () => {
  const { s3, env } = await served();
  s3.faults.push({ operation: 'ListObjectsV2', status: 403, code: 'AccessDenied' });
  const ended = await command(['mirror', 'templates', 's3://images/vsphere'], { env });
  expect(ended.code).not.toBe(0);
  expect(ended.stderr).toContain('SinkError: s3://images/vsphere/templates/: the store refuses this.');
  expect(ended.stderr).toContain('s3:ListBucket');
  expect(ended.stderr).not.toContain(keys.AWS_ACCESS_KEY_ID);
});

test.each([
  ['s3://', 'Expected s3://BUCKET or s3://BUCKET/PREFIX, got "s3://".'],
  ['s3:images', 'Expected s3://BUCKET or s3://BUCKET/PREFIX, got "s3:images".'],
  ['s3://images/a//b', 'prefix: expected names joined by slashes'],
])('%s is refused before anything is requested', async (destination, message) => {
  const { env, simulator } = await served();
  const ended = await command(['mirror', 'templates', destination], { env });
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  expect(simulator.requests).toEqual([]);
});

test('without the client of S3, the message states how to install it', async () => {
  const { env, simulator } = await served();
  const alone = await temporaryDirectory();
  await mkdir(join(alone, 'dist'));
  await cp(dirname(program), join(alone, 'dist/command'), { recursive: true });
  await cp(join(import.meta.dirname, '../../package.json'), join(alone, 'package.json'));
  const child = runNode([join(alone, 'dist/command/main.js'), 'mirror', 'templates', 's3://images'], { env });
  const [code, stderr] = await Promise.all([codeOf(child), text(child.stderr)]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^UsageError: .*npm install @aws-sdk\/client-s3/);
  expect(simulator.requests).toEqual([]);
});
