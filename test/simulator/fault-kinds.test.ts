import { describe, expect, test } from '@jest/globals';
import type { Fault } from 'rx-content-library/simulator';
import { dialects, field, server, start, startDownload } from './call.ts';
import { errorResponse, message, statusAndJson } from './expected-errors.ts';

const list = 'content.Library.list';
const downloadSession = 'content.library.item.DownloadSession';
const fileService = 'content.library.item.downloadsession.File';
const bytes = Array.from({ length: 1000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');

const download = (...faults: Fault[]) =>
  startDownload('api', { files: [{ name: 'disk', content: bytes }], scenario: { faults } });

/** Returns what a client of `fetch` receives: the text until the body ends or errors. */
const receive = async (pending: Promise<Response>) => {
  let text = '';
  try {
    const response = await pending;
    const headers = Object.fromEntries(response.headers);
    try {
      for await (const part of response.body ?? []) text += new TextDecoder().decode(part);
      return { status: response.status, headers, text };
    } catch (error) {
      return { status: response.status, headers, text, error };
    }
  } catch (error) {
    return { text, error };
  }
};

const terminated = (code: string) => ({ name: 'TypeError', message: 'terminated', cause: { code } });
const failed = (code: string) => ({ name: 'TypeError', message: 'fetch failed', cause: { code } });

describe.each(dialects)('in /%s', (dialect) => {
  const responseWith = async (fault: Omit<Extract<Fault, { kind: 'refusal' }>, 'operation'>) => {
    const { call } = await start(dialect, { scenario: { faults: [{ operation: list, ...fault }] } });
    return statusAndJson(await call(list));
  };

  test('a refusal has the format and the status of the dialect', async () => {
    const expected = message('com.vmware.vdcs.cls-main.resource_busy', `The operation ${list} has failed.`);
    expect(await responseWith({ kind: 'refusal', errorType: 'RESOURCE_BUSY' })).toEqual(
      errorResponse(dialect, dialect === 'api' ? 500 : 400, 'RESOURCE_BUSY', expected),
    );
  });

  test('a refusal has the configured message, or none, and any data', async () => {
    const custom = message('com.example.custom', 'Custom message');
    const data = { is_transient: true };
    expect(await responseWith({ kind: 'refusal', errorType: 'TIMED_OUT', message: custom, data, status: 599 })).toEqual(
      errorResponse(dialect, 599, 'TIMED_OUT', custom, { data }),
    );
    const text = message('com.vmware.vdcs.cls-main.error', 'Text');
    expect(await responseWith({ kind: 'refusal', errorType: 'ERROR', message: 'Text', status: 500 })).toEqual(
      errorResponse(dialect, 500, 'ERROR', text),
    );
    expect(await responseWith({ kind: 'refusal', errorType: 'ERROR', message: null, status: 500 })).toEqual(
      errorResponse(dialect, 500, 'ERROR', text, { messages: [] }),
    );
  });

  test("session-limit returns vCenter's error", async () => {
    const faults: readonly Fault[] = [{ operation: 'cis.Session.create', kind: 'session-limit' }];
    const { simulator } = await start(dialect, { scenario: { faults } });
    const path = dialect === 'api' ? '/api/session' : '/rest/com/vmware/cis/session';
    const { status, text } = await receive(simulator.fetch(`${server}${path}`, { method: 'POST' }));
    expect(status).toBe(503);
    expect(text).toContain('com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached');
    expect(text).toContain('limited to 550');
  });

  test('malformed returns the first half of the real body; a brace if it is empty', async () => {
    const { call } = await start(dialect, { scenario: { faults: [{ operation: '*', after: 1, kind: 'malformed' }] } });
    const complete = (await (await start(dialect)).call(list)).text;
    expect(await call(list)).toEqual({ status: 200, text: complete.slice(0, complete.length / 2), json: undefined });
    expect(await call('cis.Session.delete')).toEqual({ status: 200, text: '{', json: undefined });
  });

  test('certificate replaces the thumbprint in every response with endpoints', async () => {
    const started = await startDownload(dialect, {
      files: [{ name: 'a', content: 'x' }],
      certificate: { thumbprint: 'AB:CD' },
      scenario: { faults: [{ operation: `${fileService}.list`, kind: 'certificate' }] },
    });
    await started.linkOf('a');
    const thumbprint = (response: unknown) => field(response, 'download_endpoint', 'ssl_certificate_thumbprint');
    expect(thumbprint((await started.get('a')).json)).toBe('AB:CD');
    const { json } = await started.call(`${fileService}.list`, { session: started.session });
    expect(thumbprint(field(json, '0'))).toBe('DE:AD:BE:EF:DE:AD:BE:EF:DE:AD:BE:EF:DE:AD:BE:EF:DE:AD:BE:EF');
    expect(field(json, '0', 'download_endpoint', 'uri')).toMatch(/^https:/);
  });

  test('a lost download session does not exist for later requests', async () => {
    const faults: readonly Fault[] = [{ operation: `${fileService}.get`, times: 1, kind: 'session-lost' }];
    const { call, get, session, simulator } = await startDownload(dialect, {
      files: [{ name: 'a', content: 'x' }],
      scenario: { faults },
    });
    expect((await get('a')).status).toBe(404);
    expect((await call(`${downloadSession}.get`, { session })).status).toBe(404);
    expect(simulator.sessions).toEqual([]);
  });

  test('a lost API session requires another login', async () => {
    const faults: readonly Fault[] = [{ operation: list, after: 1, times: 1, kind: 'session-lost', session: 'api' }];
    const { call, simulator } = await start(dialect, { scenario: { faults } });
    const statuses = [(await call(list)).status, (await call(list)).status, (await call(list)).status];
    expect(statuses).toEqual([200, 401, 401]);
    expect(simulator.apiSessions).toBe(0);
  });

  test('a disconnect with done executes the operation', async () => {
    const create = `${downloadSession}.create`;
    const inventory = { libraries: [{ name: 'L', items: [{ id: 'item', name: 'I', files: [{ name: 'a', content: 'x' }] }] }] };
    for (const done of [false, true]) {
      const faults: readonly Fault[] = [{ operation: create, kind: 'disconnect', done }];
      const { call, simulator } = await start(dialect, { inventory, scenario: { faults } });
      await expect(call(create, { item: 'item' })).rejects.toMatchObject(failed('ECONNRESET'));
      expect(simulator.sessions).toHaveLength(done ? 1 : 0);
      expect(simulator.requests.at(-1)).toMatchObject({ operation: create, status: 0 });
    }
  });
});

test('a verbatim response has its own headers and content type', async () => {
  const fault: Fault = { operation: list, status: 429, contentType: 'text/plain', headers: { 'retry-after': '7' }, body: 'no' };
  const { simulator } = await start('api', { scenario: { faults: [fault] } });
  const response = await receive(simulator.fetch(`${server}/api/content/library`));
  expect(response).toMatchObject({ status: 429, headers: { 'content-type': 'text/plain', 'retry-after': '7' }, text: 'no' });
});

test('a page is HTML, and may have a Retry-After', async () => {
  const { simulator } = await start('api', {
    scenario: { faults: [{ operation: list, kind: 'page', status: 503, retryAfter: 9 }] },
  });
  const { status, headers, text } = await receive(simulator.fetch(`${server}/api/content/library`));
  expect({ status, type: headers?.['content-type'], later: headers?.['retry-after'] }).toEqual({
    status: 503,
    type: 'text/html; charset=utf-8',
    later: '9',
  });
  expect(text).toContain('<h1>503 Service Unavailable</h1>');
});

test('a redirect has the same path on another host', async () => {
  const { linkOf, simulator } = await download({
    operation: 'data',
    kind: 'redirect',
    to: 'http://other.example.test:81',
    status: 307,
  });
  const link = await linkOf('disk');
  const { status, headers } = await receive(simulator.fetch(`${link}?a=b`));
  expect(status).toBe(307);
  expect(headers?.location).toBe(`http://other.example.test:81${new URL(link).pathname}?a=b`);
});

describe('a truncated response', () => {
  test.each([
    ['length-close', { 'content-length': '1000' }, 'UND_ERR_SOCKET'],
    ['length-reset', { 'content-length': '1000' }, 'ECONNRESET'],
    ['chunked-close', { 'transfer-encoding': 'chunked' }, 'UND_ERR_SOCKET'],
    ['chunked-complete', { 'transfer-encoding': 'chunked' }, undefined],
    ['close', { connection: 'close' }, undefined],
    ['reset', { connection: 'reset' }, undefined],
  ] as const)('%s', async (shape, framing, code) => {
    const { linkOf, simulator } = await download({ operation: 'data', kind: 'truncate', shape, at: 400 });
    const response = await receive(simulator.fetch(await linkOf('disk')));
    expect(response).toMatchObject({ status: 200, headers: framing, text: bytes.slice(0, 400) });
    if (code === undefined) expect(response).not.toHaveProperty('error');
    else expect(response.error).toMatchObject(terminated(code));
    const { 'content-length': length, 'transfer-encoding': encoding, connection } = response.headers ?? {};
    expect([length, encoding, connection].filter((header) => header !== undefined)).toEqual(Object.values(framing));
  });

  test('ends in the middle by default, in JSON, too', async () => {
    const { call, linkOf, simulator } = await download({ operation: '*', after: 5, kind: 'truncate', shape: 'chunked-complete' });
    const link = await linkOf('disk');
    await call(list);
    expect((await receive(simulator.fetch(link))).text).toBe(bytes.slice(0, 500));
    const complete = (await (await download()).call(list)).text;
    expect((await call(list)).text).toBe(complete.slice(0, complete.length / 2));
  });

  test('has no checksum if the server has not sent all bytes', async () => {
    const { get, linkOf, simulator } = await startDownload('api', {
      files: [{ name: 'disk', size: 600_000 }],
      scenario: { faults: [{ operation: 'data', times: 1, kind: 'truncate', shape: 'close' }] },
    });
    const link = await linkOf('disk');
    expect((await receive(simulator.fetch(link))).error).toBeUndefined();
    expect((await get('disk')).json).not.toHaveProperty('checksum_info');
    await receive(simulator.fetch(link));
    expect((await get('disk')).json).toHaveProperty('checksum_info');
  });

  test('has a length even if the data service sends none', async () => {
    const { linkOf, simulator } = await startDownload('api', {
      files: [{ name: 'disk', content: bytes }],
      scenario: { data: { contentLength: false }, faults: [{ operation: 'data', kind: 'truncate', shape: 'length-close' }] },
    });
    expect(await receive(simulator.fetch(await linkOf('disk')))).toMatchObject({
      headers: { 'content-length': '1000' },
      text: bytes.slice(0, 500),
      error: terminated('UND_ERR_SOCKET'),
    });
  });

  test('may be caused by a lost session, without an error', async () => {
    const { linkOf, simulator } = await download({ operation: 'data', times: 1, kind: 'session-lost', at: 300 });
    const link = await linkOf('disk');
    const response = await receive(simulator.fetch(link));
    expect(response).toMatchObject({ status: 200, text: bytes.slice(0, 300) });
    expect(response).not.toHaveProperty('error');
    expect((await simulator.fetch(link)).status).toBe(404);
  });
});

describe('a disconnect before the response', () => {
  test.each([
    ['with a reset', undefined, 'ECONNRESET'],
    ['with a reset', 'reset', 'ECONNRESET'],
    ['closed normally', 'close', 'UND_ERR_SOCKET'],
  ] as const)('%s (%s)', async (_, ending, code) => {
    const fault: Fault = { operation: list, kind: 'disconnect', ...(ending === undefined ? {} : { ending }) };
    const { simulator } = await start('api', { scenario: { faults: [fault] } });
    const { error } = await receive(simulator.fetch(`${server}/api/content/library`));
    expect(error).toMatchObject(failed(code));
    expect(simulator.count(list)).toBe(1);
  });
});

describe('a server that hangs', () => {
  const reason = new Error('enough');

  test('never responds until the request is aborted', async () => {
    const { simulator } = await start('api', { scenario: { faults: [{ operation: list, kind: 'hang' }] } });
    const controller = new AbortController();
    let settled = false;
    const response = simulator.fetch(`${server}/api/content/library`, { signal: controller.signal });
    response.catch(() => {
      settled = true;
    });
    await start('api');
    expect(settled).toBe(false);
    controller.abort(reason);
    await expect(response).rejects.toBe(reason);
  });

  test('in the middle of a body, until the request is aborted', async () => {
    const { linkOf, simulator } = await download({ operation: 'data', kind: 'hang', at: 100 });
    const controller = new AbortController();
    const response = await simulator.fetch(await linkOf('disk'), { signal: controller.signal });
    expect(response.headers.get('content-length')).toBe('1000');
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value?.length).toBe(100);
    const next = reader?.read();
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
  });

  test('in the middle of a body, until the reader cancels', async () => {
    const { linkOf, simulator } = await download({ operation: 'data', kind: 'hang', at: 100 });
    const reader = (await simulator.fetch(await linkOf('disk'))).body?.getReader();
    await reader?.read();
    const next = reader?.read();
    await reader?.cancel();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe('corrupt bytes', () => {
  const flipped = (at: number, length: number): string =>
    Buffer.from(
      bytes.split('').map((char, index) => char.charCodeAt(0) ^ (index >= at && index < at + length ? 0xff : 0)),
    ).toString('latin1');
  const latin1 = async (response: Response): Promise<string> => Buffer.from(await response.arrayBuffer()).toString('latin1');

  test('are at the configured offset, in the complete file and in every range', async () => {
    const { get, linkOf, simulator } = await download({ operation: 'data', kind: 'corrupt', at: 500, length: 3 });
    const link = await linkOf('disk');
    const wrong = flipped(500, 3);
    expect(await latin1(await simulator.fetch(link))).toBe(wrong);
    const range = async (first: number, last: number) =>
      latin1(await simulator.fetch(link, { headers: { range: `bytes=${first}-${last}` } }));
    expect(await range(490, 501)).toBe(wrong.slice(490, 502));
    expect(await range(502, 510)).toBe(wrong.slice(502, 511));
    expect(await range(503, 510)).toBe(bytes.slice(503, 511));
    // The checksum is that of the right bytes.
    expect((await get('disk')).json).toHaveProperty('checksum_info');
  });

  test('default to one byte, which the checksum reveals', async () => {
    const { linkOf, get, simulator } = await download({ operation: 'data', times: 1, kind: 'corrupt', at: 0 });
    const link = await linkOf('disk');
    expect(await latin1(await simulator.fetch(link))).toBe(flipped(0, 1));
    const { json } = await get('disk');
    const right = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(bytes));
    expect(field(json, 'checksum_info', 'checksum')).toBe(Buffer.from(right).toString('hex'));
    expect(await latin1(await simulator.fetch(link))).toBe(bytes);
  });
});

describe('a wrong range', () => {
  const receiveRange = async (
    fault: Omit<Extract<Fault, { kind: 'range' }>, 'operation' | 'kind'>,
    range: string | undefined,
  ) => {
    const { linkOf, simulator } = await download({ operation: 'data', kind: 'range', ...fault });
    const init = range === undefined ? {} : { headers: { range } };
    const { status, headers, text } = await receive(simulator.fetch(await linkOf('disk'), init));
    return { status, range: headers?.['content-range'], length: headers?.['content-length'], text };
  };

  test.each([
    ['ignored', {}, 200, undefined, 0, 1000],
    ['other', {}, 206, 'bytes 99-198/1000', 99, 199],
    ['other', { by: -10 }, 206, 'bytes 110-209/1000', 110, 210],
    ['shifted', {}, 206, 'bytes 100-199/1000', 99, 199],
    ['shifted', { by: 50 }, 206, 'bytes 100-199/1000', 50, 150],
    ['unnamed', {}, 206, undefined, 100, 200],
  ] as const)('%s %j', async (how, by, status, range, first, end) => {
    expect(await receiveRange({ how, ...by }, 'bytes=100-199')).toEqual({
      status,
      range,
      length: String(end - first),
      text: bytes.slice(first, end),
    });
  });

  test('refused returns 416', async () => {
    expect(await receiveRange({ how: 'refused' }, 'bytes=100-199')).toMatchObject({
      status: 416,
      range: 'bytes */1000',
      text: '',
    });
  });

  test('shifts forward at the beginning of the file', async () => {
    expect(await receiveRange({ how: 'other' }, 'bytes=0-9')).toMatchObject({
      range: 'bytes 1-10/1000',
      text: bytes.slice(1, 11),
    });
  });

  test.each(['ignored', 'other', 'shifted', 'unnamed', 'refused'] as const)(
    '%s does not affect requests without a range',
    async (how) => {
      expect(await receiveRange({ how }, undefined)).toEqual({ status: 200, range: undefined, length: '1000', text: bytes });
    },
  );
});
