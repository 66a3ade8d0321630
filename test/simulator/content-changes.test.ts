import { describe, expect, test } from '@jest/globals';
import type { ContentChange } from 'rx-content-library/simulator';
import { callAs, dialects, field, logIn, startDownload } from './call.ts';

const size = 600_000;

const open = async (...contentChanges: readonly ContentChange[]) => {
  const started = await startDownload('api', {
    files: [
      { name: 'disk', size },
      { name: 'b', content: 'old', version: 'x' },
    ],
    scenario: { contentChanges, data: { etag: 'weak' } },
  });
  const item = async () => {
    const { json } = await started.call('content.library.Item.get', { item: 'item' });
    return [field(json, 'content_version'), field(json, 'last_modified_time')];
  };
  const file = async (name: string) => (await started.call('content.library.item.File.get', { item: 'item', name })).json;
  return { ...started, item, file };
};

test('a content changes at its time: item, file, checksum, ETag and bytes', async () => {
  const { advance, call, file, item, linkOf, session, simulator } = await open({ file: 'b', after: 200_000, content: 'newer' });
  const link = await linkOf('b');
  const read = async () => {
    const response = await simulator.fetch(link);
    return [response.headers.get('etag'), await response.text()];
  };
  const before = [await item(), await file('b'), await read()];
  expect(before[0]).toEqual(['1', '2024-01-01T00:00:00.000Z']);
  advance(140_000);
  expect(await item()).toEqual(['2', '2024-01-01T00:03:20.000Z']);
  expect(await file('b')).toMatchObject({ size: 5, version: 'x.1' });
  expect(field(await file('b'), 'checksum_info')).not.toEqual(field(before[1], 'checksum_info'));
  const [etag, text] = await read();
  expect(text).toBe('newer');
  expect(etag).not.toBe(field(before[2], '0'));
  // The other file and the session are as they were.
  expect(await file('disk')).toHaveProperty('version', '1');
  const { json } = await call('content.library.item.DownloadSession.get', { session });
  expect(json).toHaveProperty('library_item_content_version', '1');
});

test('a content changes during a transfer: the body in progress continues with the old bytes, the next one has the new', async () => {
  const { file, item, linkOf, simulator } = await open({ item: 'I', file: 'disk', afterBytes: 300_000, contentVersion: 'v9' });
  const link = await linkOf('disk');
  const bytesOf = async (range: string) => Buffer.from(await (await simulator.fetch(link, { headers: { range } })).arrayBuffer());
  const old = await bytesOf('bytes=200000-200099');
  const reader = (await simulator.fetch(link)).body?.getReader();
  const parts: Uint8Array[] = [];
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    parts.push(part.value);
    expect((await item())[0]).toBe(parts.length < 2 ? '1' : 'v9');
  }
  const complete = Buffer.concat(parts);
  expect([complete.length, complete.subarray(200_000, 200_100).equals(old)]).toEqual([size, true]);
  expect((await bytesOf('bytes=200000-200099')).equals(old)).toBe(false);
  expect(await file('disk')).toMatchObject({ size, version: '2' });
});

describe.each(dialects)('in /%s', (dialect) => {
  test('a change is one of the changes of the item, and happens once', async () => {
    const { advance, call } = await startDownload(dialect, {
      files: [{ name: 'a', content: 'a' }],
      scenario: {
        contentChanges: [
          { item: 'item', after: 1000 },
          { after: 2000, size: 7 },
          { item: 'other', after: 0 },
        ],
      },
    });
    const versions = async () => {
      const { json } = await call('content.library.item.Changes.list', { item: 'item' });
      return [field(json, '0', 'version'), (json as readonly unknown[]).length];
    };
    expect(await versions()).toEqual(['1', 1]);
    advance(1000);
    expect(await versions()).toEqual(['1', 2]);
    advance(5000);
    expect(await versions()).toEqual(['1', 3]);
    expect((await call('content.library.item.File.get', { item: 'item', name: 'a' })).json).toMatchObject({
      size: 7,
      version: '3',
    });
  });
});

test('reset restores the old content', async () => {
  const { advance, file, simulator } = await open({ after: 1000, size: 5 });
  advance(1000);
  expect(await file('disk')).toMatchObject({ size: 5, version: '2' });
  simulator.reset();
  const { json: token } = await logIn(simulator, 'api');
  const { json } = await callAs(simulator, 'api', String(token))('content.library.item.File.get', { item: 'item', name: 'disk' });
  expect(json).toMatchObject({ size, version: '1' });
});
