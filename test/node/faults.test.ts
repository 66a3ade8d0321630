import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { DataService, Fault } from 'rx-content-library/simulator';
import { startDownload } from '../simulator/call.ts';
import { firstOnTheWire, onTheWire, rawSocket, requestText, type OnTheWire } from './raw-client.ts';
import { served } from './servers.ts';

const bytes = Array.from({ length: 1000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');
const list = 'content.Library.list';

/** A simulator on a port with a prepared file, and the URLs to request. */
const start = async (faults: readonly Fault[], data: DataService = {}) => {
  const { linkOf, simulator, token } = await startDownload('api', {
    files: [{ name: 'disk', content: bytes }],
    scenario: { data, faults },
  });
  const link = new URL(await linkOf('disk'));
  const { url } = await served(simulator.fetch);
  return { simulator, token, url, data: url + link.pathname, list: `${url}/api/content/library` };
};

type Request = NonNullable<Parameters<typeof requestText>[1]>;

/** Sends one request with `connection: close`, and returns the raw response. */
const wireOf = async (fault: Fault, request: Request = {}): Promise<Omit<OnTheWire, 'body'> & { body: string }> => {
  const { token, ...addresses } = await start([fault]);
  const address = fault.operation === 'data' ? addresses.data : addresses.list;
  const headers = { connection: 'close', 'vmware-api-session-id': token, ...request.headers };
  const wire = await onTheWire(address, requestText(address, { ...request, headers }));
  return { ...wire, body: wire.body.toString() };
};

/** The expected headers; `undefined` if a header MUST NOT be sent. */
const framing = ({ headers }: { headers: Readonly<Record<string, string>> }) => ({
  length: headers['content-length'],
  encoding: headers['transfer-encoding'],
});

const library = /^\["[0-9a-f-]{36}"\]$/;

describe('the six shapes of a truncated response', () => {
  const part = bytes.slice(0, 400);
  const chunk = `190\r\n${part}\r\n`;

  test.each([
    ['length-close', { length: '1000', encoding: undefined }, part, 'close'],
    ['length-reset', { length: '1000', encoding: undefined }, part, 'reset'],
    ['chunked-close', { length: undefined, encoding: 'chunked' }, chunk, 'close'],
    ['chunked-complete', { length: undefined, encoding: 'chunked' }, `${chunk}0\r\n\r\n`, 'close'],
    ['close', { length: undefined, encoding: undefined }, part, 'close'],
    ['reset', { length: undefined, encoding: undefined }, part, 'reset'],
  ] as const)('%s', async (shape, frame, body, ending) => {
    const wire = await wireOf({ operation: 'data', kind: 'truncate', shape, at: 400 });
    expect(wire).toMatchObject({ status: 200, body, ending });
    expect(framing(wire)).toEqual(frame);
  });

  test('JSON, with no byte of it', async () => {
    const wire = await wireOf({ operation: list, kind: 'truncate', shape: 'length-close', at: 0 });
    expect(wire).toMatchObject({ status: 200, body: '', ending: 'close', headers: { 'content-length': '40' } });
  });

  test('a last chunk is sent on a connection that stays open', async () => {
    const { data } = await start([{ operation: 'data', times: 1, kind: 'truncate', shape: 'chunked-complete', at: 400 }]);
    const wire = await onTheWire(data, requestText(data) + requestText(data, { headers: { connection: 'close' } }));
    expect(wire.body.toString().startsWith(`${chunk}0\r\n\r\nHTTP/1.1 200 OK`)).toBe(true);
    expect(wire.body.toString().endsWith(bytes)).toBe(true);
  });
});

test('a lost download session truncates its bytes and ends the connection', async () => {
  const wire = await wireOf({ operation: 'data', kind: 'session-lost', at: 300 });
  expect(wire).toMatchObject({ status: 200, headers: { 'content-length': '1000' }, body: bytes.slice(0, 300), ending: 'close' });
});

test('a download session lost before the request is 404', async () => {
  expect(await wireOf({ operation: 'data', kind: 'session-lost' })).toMatchObject({
    status: 404,
    body: expect.stringContaining('404 Not Found'),
  });
});

test('without a content-length, a transfer whose session is lost looks complete', async () => {
  const { data } = await start([{ operation: 'data', kind: 'session-lost', at: 300 }], { contentLength: false });
  const wire = await onTheWire(data, requestText(data, { headers: { connection: 'close' } }));
  expect(wire.body.toString()).toBe(`12c\r\n${bytes.slice(0, 300)}\r\n0\r\n\r\n`);
});

test.each(['reset', 'close'] as const)('a connection that ends before the response: %s', async (ending) => {
  expect(await wireOf({ operation: list, kind: 'disconnect', ending })).toMatchObject({ status: 0, body: '', ending });
});

describe('a server that falls silent keeps the connection', () => {
  test('without a byte of a response', async () => {
    const { list: address, url, simulator } = await start([{ operation: list, kind: 'hang' }]);
    const socket = await rawSocket(address, requestText(address));
    // Another client receives responses meanwhile, twice.
    for (let count = 0; count < 2; count += 1) expect((await fetch(`${url}/api/session`)).status).toBe(401);
    expect({ read: socket.bytesRead, open: socket.readable && socket.writable }).toEqual({ read: 0, open: true });
    expect(simulator.count(list)).toBe(0);
    socket.destroy();
    await once(socket, 'close');
  });

  test('in the middle of a body', async () => {
    const { data, url } = await start([{ operation: 'data', kind: 'hang', at: 400 }]);
    const socket = await rawSocket(data, requestText(data));
    const { headers, body } = await firstOnTheWire(socket, 400);
    expect(headers['content-length']).toBe('1000');
    expect(body.toString()).toBe(bytes.slice(0, 400));
    const read = socket.bytesRead;
    for (let count = 0; count < 2; count += 1) expect((await fetch(`${url}/api/session`)).status).toBe(401);
    expect({ more: socket.bytesRead - read, open: socket.readable && socket.writable }).toEqual({ more: 0, open: true });
    socket.destroy();
    await once(socket, 'close');
  });
});

test('a delayed response is complete', async () => {
  const wire = await wireOf({ operation: list, kind: 'latency', milliseconds: 5 });
  expect(wire).toMatchObject({ status: 200, ending: 'close' });
  expect(wire.body).toContain('["');
});

describe('replaced responses', () => {
  test('verbatim', async () => {
    const wire = await wireOf({ operation: list, status: 418, contentType: 'text/plain', headers: { 'x-own': '1' }, body: 'no' });
    expect(wire).toMatchObject({ status: 418, headers: { 'content-type': 'text/plain', 'x-own': '1' }, ending: 'close' });
    expect(wire.body).toContain('no');
  });

  test('an error with a Retry-After date', async () => {
    const wire = await wireOf({ operation: list, kind: 'refusal', errorType: 'SERVICE_UNAVAILABLE', retryAfter: 30 });
    expect(wire).toMatchObject({ status: 503, headers: { 'content-type': 'application/json', 'retry-after': '30' } });
    expect(wire.body).toContain('"error_type":"SERVICE_UNAVAILABLE"');
  });

  test('the session limit', async () => {
    const wire = await wireOf({ operation: list, kind: 'session-limit' });
    expect(wire.status).toBe(503);
    expect(wire.body).toContain('failedToLoginMaxUserSessionCountReached');
  });

  test('a page', async () => {
    const wire = await wireOf({ operation: list, kind: 'page' });
    expect(wire).toMatchObject({ status: 502, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(wire.body).toContain('<h1>502 Bad Gateway</h1>');
  });

  test('a redirect', async () => {
    const wire = await wireOf({ operation: list, kind: 'redirect', to: 'https://other.example.test' });
    expect(wire).toMatchObject({ status: 302, headers: { location: 'https://other.example.test/api/content/library' } });
  });
});

describe('corrupt contents', () => {
  test('truncated JSON in a complete response', async () => {
    const wire = await wireOf({ operation: list, kind: 'malformed' });
    expect(wire).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' }, ending: 'close' });
    expect(wire.body).toMatch(/^14\r\n\["[0-9a-f-]{18}\r\n0\r\n\r\n$/);
    expect(wire.body).not.toMatch(library);
  });

  test('flipped bytes', async () => {
    const { data } = await start([{ operation: 'data', kind: 'corrupt', at: 2, length: 2 }]);
    const { body } = await onTheWire(data, requestText(data, { headers: { connection: 'close' } }));
    expect([...body.subarray(0, 5)]).toEqual([0x61, 0x62, 0x63 ^ 0xff, 0x64 ^ 0xff, 0x65]);
    expect(body.subarray(4).toString()).toBe(bytes.slice(4));
  });

  test('the thumbprint of another certificate', async () => {
    const file = 'content.library.item.downloadsession.File.list';
    const { simulator, token, url } = await start([{ operation: file, kind: 'certificate', thumbprint: 'AA:BB' }]);
    const address = `${url}/api/content/library/item/download-session/${simulator.sessions[0]?.id}/file`;
    const headers = { connection: 'close', 'vmware-api-session-id': token };
    const { body } = await onTheWire(address, requestText(address, { headers }));
    expect(body.toString()).toContain('"ssl_certificate_thumbprint":"AA:BB"');
  });
});

describe('a byte range that was not requested', () => {
  test.each([
    ['ignored', 200, undefined, bytes],
    ['other', 206, 'bytes 99-108/1000', bytes.slice(99, 109)],
    ['shifted', 206, 'bytes 100-109/1000', bytes.slice(99, 109)],
    ['unnamed', 206, undefined, bytes.slice(100, 110)],
    ['refused', 416, 'bytes */1000', ''],
  ] as const)('%s', async (how, status, range, body) => {
    const wire = await wireOf({ operation: 'data', kind: 'range', how }, { headers: { range: 'bytes=100-109' } });
    expect(wire).toMatchObject({ status, ending: 'close' });
    expect(wire.headers['content-range']).toBe(range);
    expect(wire.body.replace(/^0\r\n\r\n$/, '')).toBe(body);
  });
});

/** The part of a response that a client of any `fetch` receives. */
const seen = async (ask: () => Promise<Response>) => {
  let text = '';
  try {
    for await (const part of (await ask()).body ?? []) text += new TextDecoder().decode(part);
    return { text };
  } catch (error) {
    const { name, message, cause } = error as TypeError & { cause: { code: string } };
    return { text, name, message, code: cause.code };
  }
};

test.each<Fault>([
  { operation: 'data', kind: 'truncate', shape: 'length-close', at: 400 },
  { operation: 'data', kind: 'truncate', shape: 'length-reset', at: 400 },
  { operation: 'data', kind: 'truncate', shape: 'chunked-close', at: 400 },
  { operation: 'data', kind: 'truncate', shape: 'chunked-complete', at: 400 },
  { operation: 'data', kind: 'truncate', shape: 'close', at: 400 },
  { operation: 'data', kind: 'truncate', shape: 'reset', at: 400 },
  { operation: 'data', kind: 'disconnect', ending: 'reset' },
  { operation: 'data', kind: 'disconnect', ending: 'close' },
])("the simulator's fetch behaves like Node's fetch: %j", async (fault) => {
  const { data, simulator } = await start([fault]);
  const inMemory = await seen(() => simulator.fetch(data));
  expect(inMemory).toEqual(await seen(() => fetch(data)));
});
