import { describe, expect, test } from '@jest/globals';
import type { DataService } from 'rx-content-library/simulator';
import { field, startDownload } from './call.ts';

const bytes = Array.from({ length: 1000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');

const start = async (data: DataService = {}) => {
  const started = await startDownload('api', {
    files: [
      { name: 'disk', content: bytes },
      { name: 'empty', content: '' },
    ],
    scenario: { data },
  });
  const link = await started.linkOf('disk');
  const request = async (headers: Record<string, string> = {}, method = 'GET') => {
    const response = await started.simulator.fetch(link, { method, headers });
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
  };
  return { ...started, link, request };
};

describe('a byte range', () => {
  test.each([
    ['bytes=0-0', 0, 0],
    ['bytes=100-199', 100, 199],
    ['bytes=900-', 900, 999],
    ['bytes=999-', 999, 999],
    ['bytes=900-5000', 900, 999],
    ['bytes=-1', 999, 999],
    ['bytes=-100', 900, 999],
    ['bytes=-5000', 0, 999],
    ['Bytes= 5-6 ', 5, 6],
  ])('%s returns the range', async (range, first, last) => {
    const { request } = await start();
    expect(await request({ range })).toMatchObject({
      status: 206,
      headers: { 'content-range': `bytes ${first}-${last}/1000`, 'content-length': String(last - first + 1) },
      text: bytes.slice(first, last + 1),
    });
  });

  test.each(['bytes=1000-', 'bytes=5000-6000', 'bytes=-0'])('%s returns 416', async (range) => {
    const { request } = await start();
    const response = await request({ range });
    expect(response).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */1000' }, text: '' });
  });

  test.each(['bytes=0-1,5-6', 'bytes=6-5', 'bytes=-', 'lines=1-2', 'bytes=a-b', 'bytes=1-2x'])(
    '%s is ignored: the complete file is returned',
    async (range) => {
      const { request } = await start();
      const { status, headers, text } = await request({ range });
      expect({ status, range: headers['content-range'], text }).toEqual({ status: 200, range: undefined, text: bytes });
    },
  );

  test('of an empty file returns 416', async () => {
    const { linkOf, simulator } = await start();
    const response = await simulator.fetch(await linkOf('empty'), { headers: { range: 'bytes=0-' } });
    expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */0']);
  });

  test('is offered, or ignored if ranges are disabled', async () => {
    expect((await (await start()).request()).headers['accept-ranges']).toBe('bytes');
    const { request } = await start({ ranges: false });
    expect((await request()).headers).not.toHaveProperty('accept-ranges');
    expect(await request({ range: 'bytes=100-199' })).toMatchObject({ status: 200, text: bytes });
    expect(await request({ range: 'bytes=1000-' })).toMatchObject({ status: 200, text: bytes });
  });
});

describe('the ETag', () => {
  test('is strong, weak or none', async () => {
    expect((await (await start()).request()).headers.etag).toMatch(/^"[0-9a-f]{8}"$/);
    expect((await (await start({ etag: 'weak' })).request()).headers.etag).toMatch(/^W\/"[0-9a-f]{8}"$/);
    expect((await (await start({ etag: 'none' })).request()).headers).not.toHaveProperty('etag');
  });

  test('differs between files and between versions of a file', async () => {
    const etagOf = async (name: string, version?: string): Promise<string | null> => {
      const file = { name, content: 'x', ...(version === undefined ? {} : { version }) };
      const { linkOf, simulator } = await startDownload('api', { files: [file] });
      return (await simulator.fetch(await linkOf(name))).headers.get('etag');
    };
    expect(await etagOf('a')).toBe(await etagOf('a', '1'));
    expect(new Set([await etagOf('a'), await etagOf('a', '2'), await etagOf('b')]).size).toBe(3);
  });

  test('determines with If-Range whether a range is returned', async () => {
    const { request } = await start();
    const etag = String((await request()).headers.etag);
    const statusWith = async (ifRange: string) => (await request({ range: 'bytes=1-2', 'if-range': ifRange })).status;
    expect(await statusWith(etag)).toBe(206);
    expect(await statusWith('"00000000"')).toBe(200);
    expect(await statusWith('Mon, 01 Jan 2024 00:00:00 GMT')).toBe(200);
    const weak = await start({ etag: 'weak' });
    const weakEtag = String((await weak.request()).headers.etag);
    expect((await weak.request({ range: 'bytes=1-2', 'if-range': weakEtag })).status).toBe(200);
  });
});

test('HEAD returns the headers of GET, or 404 if disabled', async () => {
  const { request } = await start();
  const expected = await request();
  expect(await request({}, 'HEAD')).toEqual({ ...expected, text: '' });
  expect(await request({ range: 'bytes=1-2' }, 'HEAD')).toMatchObject({
    status: 206,
    headers: { 'content-length': '2' },
    text: '',
  });
  expect((await (await start({ head: false })).request({}, 'HEAD')).status).toBe(404);
});

test('the response has a Content-Length, or is chunked', async () => {
  expect((await (await start()).request()).headers).toMatchObject({ 'content-length': '1000' });
  const { headers, text } = await (await start({ contentLength: false })).request();
  expect(headers).not.toHaveProperty('content-length');
  expect(headers).toMatchObject({ 'transfer-encoding': 'chunked' });
  expect(text).toBe(bytes);
});

test('a login is required only if enabled', async () => {
  expect((await (await start()).request()).status).toBe(200);
  const { request, token } = await start({ login: true });
  expect((await request()).status).toBe(401);
  expect((await request({ 'vmware-api-session-id': 'no-such-session' })).status).toBe(401);
  expect(await request({ 'vmware-api-session-id': token })).toMatchObject({ status: 200, text: bytes });
});

test('other origins can read responses only if enabled', async () => {
  const closed = await start();
  expect((await closed.request({ origin: 'https://app.example.test' })).headers).not.toHaveProperty(
    'access-control-allow-origin',
  );
  expect((await closed.request({}, 'OPTIONS')).status).toBe(404);
  const open = await start({ cors: true });
  const { headers } = await open.request({ origin: 'https://app.example.test' });
  expect(headers['access-control-allow-origin']).toBe('*');
  expect(headers['access-control-expose-headers']).toContain('content-range');
  const preflightHeaders = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' };
  const preflight = await open.request({ origin: 'https://app.example.test', ...preflightHeaders }, 'OPTIONS');
  expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': '*' } });
  expect(preflight.headers['access-control-allow-headers']).toContain('range');
});

test('reading extends the download session only if enabled', async () => {
  const expiresAfterReading = async (data: DataService): Promise<unknown> => {
    const { request, call, advance, session } = await start(data);
    advance(60_000);
    await request();
    advance(270_000);
    return (await call('content.library.item.DownloadSession.get', { session })).status;
  };
  expect(await expiresAfterReading({})).toBe(404);
  expect(await expiresAfterReading({ readingKeepsLease: true })).toBe(200);
});

describe('the checksum of a file that was read in ranges', () => {
  const size = 1_000_000;
  const checksumOfFullRead = async () => {
    const { get, linkOf, simulator } = await startDownload('api', { files: [{ name: 'disk', size }] });
    await (await simulator.fetch(await linkOf('disk'))).arrayBuffer();
    return field((await get('disk')).json, 'checksum_info', 'checksum');
  };

  test.each([
    [
      'one after the other',
      [
        [0, 299_999],
        [300_000, 999_999],
      ],
    ],
    [
      'overlapping',
      [
        [0, 499_999],
        [200_000, 700_000],
        [600_000, 999_999],
      ],
    ],
    [
      'in reverse order',
      [
        [500_000, 999_999],
        [0, 499_999],
      ],
    ],
  ])('is correct: %s', async (_, ranges) => {
    const { get, linkOf, simulator } = await startDownload('api', { files: [{ name: 'disk', size }] });
    const link = await linkOf('disk');
    for (const [first, last] of ranges)
      await (await simulator.fetch(link, { headers: { range: `bytes=${first}-${last}` } })).arrayBuffer();
    expect(field((await get('disk')).json, 'checksum_info', 'checksum')).toBe(await checksumOfFullRead());
  });

  test('is missing until every byte was read', async () => {
    const { get, linkOf, simulator } = await startDownload('api', { files: [{ name: 'disk', size }] });
    const link = await linkOf('disk');
    for (const range of ['bytes=0-499999', 'bytes=500001-', 'bytes=-10', 'bytes=5-10']) {
      await (await simulator.fetch(link, { headers: { range } })).arrayBuffer();
      expect((await get('disk')).json).not.toHaveProperty('checksum_info');
    }
    await (await simulator.fetch(link, { headers: { range: 'bytes=500000-500000' } })).arrayBuffer();
    expect((await get('disk')).json).toHaveProperty('checksum_info');
  });

  test('is returned in a second session that reads the remaining bytes', async () => {
    const { call, get, linkOf, session, simulator, advance } = await startDownload('api', { files: [{ name: 'disk', size }] });
    await (await simulator.fetch(await linkOf('disk'), { headers: { range: 'bytes=0-599999' } })).arrayBuffer();
    const { json: second } = await call('content.library.item.DownloadSession.create', { item: 'item' });
    const file = { session: second, file: 'disk' };
    await call('content.library.item.downloadsession.File.prepare', file);
    advance(60_000);
    const readInfo = async () => (await call('content.library.item.downloadsession.File.get', file)).json;
    const link = String(field(await readInfo(), 'download_endpoint', 'uri'));
    await (await simulator.fetch(link, { headers: { range: 'bytes=600000-' } })).arrayBuffer();
    expect(field(await readInfo(), 'checksum_info', 'checksum')).toBe(await checksumOfFullRead());
    expect(second).not.toBe(session);
    expect((await get('disk')).json).not.toHaveProperty('checksum_info');
  });

  test('is correct with concurrent reads', async () => {
    const { get, linkOf, simulator } = await startDownload('api', { files: [{ name: 'disk', size }] });
    const link = await linkOf('disk');
    const read = async () => (await simulator.fetch(link)).arrayBuffer();
    await Promise.all([read(), read(), read()]);
    expect(field((await get('disk')).json, 'checksum_info', 'checksum')).toBe(await checksumOfFullRead());
  });
});
