import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { download, vcenter } from 'rx-content-library';
import { nodeFetch } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { collectValues } from '../support/collect.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { httpServer, served } from './servers.ts';

const fetch = nodeFetch();

/** 600 KB that compress well. */
const text = '<Item/>'.repeat(90_000);

const encoders: Readonly<Record<string, (bytes: Uint8Array) => Buffer>> = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  'deflate (raw)': deflateRawSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
};

const cases = Object.entries(encoders);

/** A server that sends an encoded body, whatever was requested; with a length, in chunks, or until it closes. */
const encodingServer = (name: string, body: Buffer, framing: 'length' | 'chunked' | 'close', ends = true) =>
  httpServer((_, outgoing) => {
    outgoing.setHeader('content-encoding', name.split(' ')[0] ?? '');
    if (framing === 'length') outgoing.setHeader('content-length', body.byteLength);
    if (framing === 'close') outgoing.useChunkedEncodingByDefault = false;
    outgoing.write(body);
    if (ends) outgoing.end();
    else setImmediate(() => outgoing.destroy());
  });

describe.each(['length', 'chunked', 'close'] as const)('a body whose framing is %s', (framing) => {
  test.each(cases)('is decoded from %s', async (name, encode) => {
    const { url } = await encodingServer(name, encode(Buffer.from(text)), framing);
    expect(await (await fetch(url)).text()).toBe(text);
  });

  test('that is empty is decoded', async () => {
    const { url } = await encodingServer('deflate', Buffer.alloc(0), framing);
    expect(await (await fetch(url)).text()).toBe('');
  });

  test.each(cases)('errors if %s ends early', async (name, encode) => {
    const whole = encode(Buffer.from(text));
    const { url } = await encodingServer(name, whole.subarray(0, whole.byteLength - 3), framing);
    await expect((await fetch(url)).text()).rejects.toBeDefined();
  });
});

test('a body that is not in the stated coding errors', async () => {
  const { url } = await encodingServer('gzip', Buffer.from('plain'), 'chunked');
  await expect((await fetch(url)).text()).rejects.toBeDefined();
});

test('a body in an unknown coding is returned as it is', async () => {
  const { url } = await encodingServer('aes128gcm', Buffer.from('secret'), 'chunked');
  const response = await fetch(url);
  expect([response.headers.get('content-encoding'), await response.text()]).toEqual(['aes128gcm', 'secret']);
});

test('cancelling a decoded body closes the connection', async () => {
  const closed = Promise.withResolvers<undefined>();
  const { url } = await httpServer((_, outgoing) => {
    outgoing.once('close', () => closed.resolve(undefined));
    outgoing.setHeader('content-encoding', 'gzip').write(gzipSync(text).subarray(0, 100));
  });
  await (await fetch(url)).body?.cancel();
  await closed.promise;
});

test('identity is requested unless the caller requests another coding', async () => {
  const { url } = await served(async (request) => new Response(request.headers.get('accept-encoding')));
  expect(await (await fetch(url)).text()).toBe('identity');
  expect(await (await fetch(url, { headers: { 'accept-encoding': 'gzip' } })).text()).toBe('gzip');
});

test.each(cases)('a file whose bytes a proxy encodes as %s is saved decoded', async (name, encode) => {
  const inventory = {
    libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: 'a.ovf', content: text }] }] }],
  };
  const simulator = createSimulator({
    inventory,
    users: [user],
    scenario: { preparation: { ...preparedAtOnce, sizeKnown: 'never' }, checksums: 'none' },
  });
  const { url } = await served(async (request) => {
    const response = await simulator.fetch(request);
    if (!request.url.includes('/cls/') || response.status !== 200) return response;
    const headers = new Headers({ 'content-encoding': name.split(' ')[0] ?? '' });
    return new Response(new Uint8Array(encode(new Uint8Array(await response.arrayBuffer()))), { headers });
  });
  const sink = restartableMemorySink();
  const vc = vcenter({ server: url, credentials: user, fetch });
  await collectValues(download(vc, 'item-1', sink));
  expect(Buffer.from(sink.files.get('a.ovf') ?? []).toString()).toBe(text);
});
