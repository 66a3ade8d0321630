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
  const ask = async (headers: Record<string, string> = {}, method = 'GET') => {
    const response = await started.simulator.fetch(link, { method, headers });
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
  };
  return { ...started, link, ask };
};

describe('a range', () => {
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
  ])('%s is answered', async (range, first, last) => {
    const { ask } = await start();
    expect(await ask({ range })).toMatchObject({
      status: 206,
      headers: { 'content-range': `bytes ${first}-${last}/1000`, 'content-length': String(last - first + 1) },
      text: bytes.slice(first, last + 1),
    });
  });

  test.each(['bytes=1000-', 'bytes=5000-6000', 'bytes=-0'])('%s has no bytes', async (range) => {
    const { ask } = await start();
    const answer = await ask({ range });
    expect(answer).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */1000' }, text: '' });
  });

  test.each(['bytes=0-1,5-6', 'bytes=6-5', 'bytes=-', 'lines=1-2', 'bytes=a-b', 'bytes=1-2x'])(
    '%s is none that a server has to understand: the whole is answered',
    async (range) => {
      const { ask } = await start();
      const { status, headers, text } = await ask({ range });
      expect({ status, range: headers['content-range'], text }).toEqual({ status: 200, range: undefined, text: bytes });
    },
  );

  test('of an empty file has no bytes', async () => {
    const { linkOf, simulator } = await start();
    const response = await simulator.fetch(await linkOf('empty'), { headers: { range: 'bytes=0-' } });
    expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */0']);
  });

  test('is offered, and refused where ranges are off', async () => {
    expect((await (await start()).ask()).headers['accept-ranges']).toBe('bytes');
    const { ask } = await start({ ranges: false });
    expect((await ask()).headers).not.toHaveProperty('accept-ranges');
    expect(await ask({ range: 'bytes=100-199' })).toMatchObject({ status: 200, text: bytes });
    expect(await ask({ range: 'bytes=1000-' })).toMatchObject({ status: 200, text: bytes });
  });
});

describe('the ETag', () => {
  test('is strong, weak or none', async () => {
    expect((await (await start()).ask()).headers.etag).toMatch(/^"[0-9a-f]{8}"$/);
    expect((await (await start({ etag: 'weak' })).ask()).headers.etag).toMatch(/^W\/"[0-9a-f]{8}"$/);
    expect((await (await start({ etag: 'none' })).ask()).headers).not.toHaveProperty('etag');
  });

  test('is another one for another file, and for another version of a file', async () => {
    const tagOf = async (name: string, version?: string): Promise<string | null> => {
      const file = { name, content: 'x', ...(version === undefined ? {} : { version }) };
      const { linkOf, simulator } = await startDownload('api', { files: [file] });
      return (await simulator.fetch(await linkOf(name))).headers.get('etag');
    };
    expect(await tagOf('a')).toBe(await tagOf('a', '1'));
    expect(new Set([await tagOf('a'), await tagOf('a', '2'), await tagOf('b')]).size).toBe(3);
  });

  test('decides with If-Range whether a range is answered', async () => {
    const { ask } = await start();
    const tag = String((await ask()).headers.etag);
    const statusWith = async (condition: string) => (await ask({ range: 'bytes=1-2', 'if-range': condition })).status;
    expect(await statusWith(tag)).toBe(206);
    expect(await statusWith('"00000000"')).toBe(200);
    expect(await statusWith('Mon, 01 Jan 2024 00:00:00 GMT')).toBe(200);
    const weak = await start({ etag: 'weak' });
    const weakTag = String((await weak.ask()).headers.etag);
    expect((await weak.ask({ range: 'bytes=1-2', 'if-range': weakTag })).status).toBe(200);
  });
});

test('HEAD is answered as GET without the bytes, or refused', async () => {
  const { ask } = await start();
  const got = await ask();
  expect(await ask({}, 'HEAD')).toEqual({ ...got, text: '' });
  expect(await ask({ range: 'bytes=1-2' }, 'HEAD')).toMatchObject({ status: 206, headers: { 'content-length': '2' }, text: '' });
  expect((await (await start({ head: false })).ask({}, 'HEAD')).status).toBe(404);
});

test('the length is stated, or the answer comes in chunks', async () => {
  expect((await (await start()).ask()).headers).toMatchObject({ 'content-length': '1000' });
  const { headers, text } = await (await start({ contentLength: false })).ask();
  expect(headers).not.toHaveProperty('content-length');
  expect(headers).toMatchObject({ 'transfer-encoding': 'chunked' });
  expect(text).toBe(bytes);
});

test('a login is not wanted, or is', async () => {
  expect((await (await start()).ask()).status).toBe(200);
  const { ask, token } = await start({ login: true });
  expect((await ask()).status).toBe(401);
  expect((await ask({ 'vmware-api-session-id': 'no-such-session' })).status).toBe(401);
  expect(await ask({ 'vmware-api-session-id': token })).toMatchObject({ status: 200, text: bytes });
});

test('other origins may not read the answers, or may', async () => {
  const closed = await start();
  expect((await closed.ask({ origin: 'https://app.example.test' })).headers).not.toHaveProperty('access-control-allow-origin');
  expect((await closed.ask({}, 'OPTIONS')).status).toBe(404);
  const open = await start({ cors: true });
  const { headers } = await open.ask({ origin: 'https://app.example.test' });
  expect(headers['access-control-allow-origin']).toBe('*');
  expect(headers['access-control-expose-headers']).toContain('content-range');
  const asked = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' };
  const preflight = await open.ask({ origin: 'https://app.example.test', ...asked }, 'OPTIONS');
  expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': '*' } });
  expect(preflight.headers['access-control-allow-headers']).toContain('range');
});

test('reading keeps the download session alive only where it is said to', async () => {
  const expiresAfterReading = async (data: DataService): Promise<unknown> => {
    const { ask, call, pass, session } = await start(data);
    pass(60_000);
    await ask();
    pass(270_000);
    return (await call('content.library.item.DownloadSession.get', { session })).status;
  };
  expect(await expiresAfterReading({})).toBe(404);
  expect(await expiresAfterReading({ readingKeepsLease: true })).toBe(200);
});

describe('the checksum of a file that was read in parts', () => {
  const size = 1_000_000;
  const whole = async () => {
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
      'the last one first',
      [
        [500_000, 999_999],
        [0, 499_999],
      ],
    ],
  ])('is right: %s', async (_, ranges) => {
    const { get, linkOf, simulator } = await startDownload('api', { files: [{ name: 'disk', size }] });
    const link = await linkOf('disk');
    for (const [first, last] of ranges)
      await (await simulator.fetch(link, { headers: { range: `bytes=${first}-${last}` } })).arrayBuffer();
    expect(field((await get('disk')).json, 'checksum_info', 'checksum')).toBe(await whole());
  });

  test('is not stated as long as a byte is missing', async () => {
    const { get, linkOf, simulator } = await startDownload('api', { files: [{ name: 'disk', size }] });
    const link = await linkOf('disk');
    for (const range of ['bytes=0-499999', 'bytes=500001-', 'bytes=-10', 'bytes=5-10']) {
      await (await simulator.fetch(link, { headers: { range } })).arrayBuffer();
      expect((await get('disk')).json).not.toHaveProperty('checksum_info');
    }
    await (await simulator.fetch(link, { headers: { range: 'bytes=500000-500000' } })).arrayBuffer();
    expect((await get('disk')).json).toHaveProperty('checksum_info');
  });

  test('is stated in a second session that reads what the first has left', async () => {
    const { call, get, linkOf, session, simulator, pass } = await startDownload('api', { files: [{ name: 'disk', size }] });
    await (await simulator.fetch(await linkOf('disk'), { headers: { range: 'bytes=0-599999' } })).arrayBuffer();
    const { json: second } = await call('content.library.item.DownloadSession.create', { item: 'item' });
    const file = { session: second, file: 'disk' };
    await call('content.library.item.downloadsession.File.prepare', file);
    pass(60_000);
    const stated = async () => (await call('content.library.item.downloadsession.File.get', file)).json;
    const link = String(field(await stated(), 'download_endpoint', 'uri'));
    await (await simulator.fetch(link, { headers: { range: 'bytes=600000-' } })).arrayBuffer();
    expect(field(await stated(), 'checksum_info', 'checksum')).toBe(await whole());
    expect(second).not.toBe(session);
    expect((await get('disk')).json).not.toHaveProperty('checksum_info');
  });

  test('is right where several read at a time', async () => {
    const { get, linkOf, simulator } = await startDownload('api', { files: [{ name: 'disk', size }] });
    const link = await linkOf('disk');
    const read = async () => (await simulator.fetch(link)).arrayBuffer();
    await Promise.all([read(), read(), read()]);
    expect(field((await get('disk')).json, 'checksum_info', 'checksum')).toBe(await whole());
  });
});
