import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { generatedContent } from '#src/simulator/state/content.js';
import { field, startDownload } from './call.ts';

const gibibyte = 1024 ** 3;
const size = 10 * gibibyte + 3;

const start = () => startDownload('api', { files: [{ name: 'huge.vmdk', size }] });

test('a file of 10 GiB has its full length, and any range of it can be read', async () => {
  const { get, linkOf, simulator } = await start();
  const link = await linkOf('huge.vmdk');
  const content = generatedContent(size, 'L/I/huge.vmdk', 1);
  const head = await simulator.fetch(link, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(String(size));
  for (const [range, first, last] of [
    ['bytes=-5', size - 5, size - 1],
    [`bytes=${size - 300_000}-`, size - 300_000, size - 1],
    ['bytes=4294967290-4294967300', 4_294_967_290, 4_294_967_300],
    ['bytes=8589934591-8589934592', 8_589_934_591, 8_589_934_592],
  ] as const) {
    const response = await simulator.fetch(link, { headers: { range } });
    expect(response.headers.get('content-range')).toBe(`bytes ${first}-${last}/${size}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.equals(content.read(first, last - first + 1))).toBe(true);
  }
  // It was not read completely, so it has no checksum.
  expect((await get('huge.vmdk')).json).toHaveProperty('size', size);
  expect((await get('huge.vmdk')).json).not.toHaveProperty('checksum_info');
});

test('a slow reader of 10 GiB costs no memory: chunks are created when they are read', async () => {
  const { linkOf, simulator } = await start();
  const reader = (await simulator.fetch(await linkOf('huge.vmdk'))).body?.getReader();
  for (let chunks = 1; chunks <= 3; chunks += 1) {
    await reader?.read();
    expect(simulator.bytesServed).toBe(chunks * 262_144);
  }
  await reader?.cancel();
});

test('a BYOB reader may provide the buffer', async () => {
  const { linkOf, simulator } = await start();
  const response = await simulator.fetch(await linkOf('huge.vmdk'), { headers: { range: 'bytes=1000-2999' } });
  const reader = response.body?.getReader({ mode: 'byob' });
  const content = generatedContent(size, 'L/I/huge.vmdk', 1);
  let buffer = new ArrayBuffer(1500);
  for (const [first, length] of [
    [1000, 1500],
    [2500, 500],
  ] as const) {
    const { value } = (await reader?.read(new Uint8Array(buffer))) ?? {};
    expect(Buffer.compare(value ?? new Uint8Array(), content.read(first, length))).toBe(0);
    buffer = value?.buffer ?? new ArrayBuffer(0);
  }
  expect((await reader?.read(new Uint8Array(buffer)))?.done).toBe(true);
});

test('external content is opened when it is read, and only the requested range', async () => {
  const openedRanges: string[] = [];
  const content = new TextEncoder().encode('abcdefghij'.repeat(10));
  const open = async function* (first: number, end: number) {
    openedRanges.push(`${first}-${end}`);
    for (let at = first; at < end; at += 30) yield content.subarray(at, Math.min(end, at + 30));
  };
  const { get, linkOf, simulator } = await startDownload('api', { files: [{ name: 'kept', size: 100, open }] });
  const link = await linkOf('kept');
  const part = await simulator.fetch(link, { headers: { range: 'bytes=95-' } });
  expect(openedRanges).toEqual([]);
  expect(await part.text()).toBe('fghij');
  expect(await (await simulator.fetch(link)).text()).toBe('abcdefghij'.repeat(10));
  expect(openedRanges).toEqual(['95-100', '0-100']);
  const sum = createHash('sha1').update(content).digest('hex');
  expect(field((await get('kept')).json, 'checksum_info', 'checksum')).toBe(sum);
  // The checksum was computed while the file was served.
  expect(openedRanges).toHaveLength(2);
});
