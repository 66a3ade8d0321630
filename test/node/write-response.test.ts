import { describe, expect, test } from '@jest/globals';
import { onTheWire, requestText } from './raw-client.ts';
import { localhost, served } from './servers.ts';

const bytes = 'x'.repeat(400);
const chunk = `190\r\n${bytes}\r\n`;

/** A body that completes, or errors with the given error. */
const body = (error?: unknown): ReadableStream<Uint8Array> => {
  let isSent = false;
  return new ReadableStream({
    pull: (controller) => {
      if (!isSent) {
        isSent = true;
        controller.enqueue(new TextEncoder().encode(bytes));
      } else if (error === undefined) controller.close();
      else controller.error(error);
    },
  });
};

const closed = Object.assign(new TypeError('terminated'), { cause: { code: 'UND_ERR_SOCKET' } });

describe.each([
  ['HTTP', undefined],
  ['HTTPS', localhost],
])('over %s', (_, tls) => {
  const wire = async (handler: () => Promise<Response>, request: Parameters<typeof requestText>[1] = {}) => {
    const { url } = await served(handler, tls === undefined ? {} : { tls });
    const { status, headers, body: came, ending } = await onTheWire(url, requestText(url, request));
    const { 'content-length': length, 'transfer-encoding': encoding, connection } = headers;
    return { status, length, encoding, connection, came: came.toString(), ending };
  };

  test('a body of the stated length leaves the connection open, unless the client wants it closed', async () => {
    const handler = async () => new Response(body(), { headers: { 'content-length': '400' } });
    expect(await wire(handler, { headers: { connection: 'close' } })).toEqual({
      status: 200,
      length: '400',
      encoding: undefined,
      connection: 'close',
      came: bytes,
      ending: 'close',
    });
    const { url } = await served(handler, tls === undefined ? {} : { tls });
    const two = requestText(url) + requestText(url, { headers: { connection: 'close' } });
    expect((await onTheWire(url, two)).body.toString().match(/x{400}/g)).toHaveLength(2);
  });

  test.each([
    ['fewer bytes than the length: closed after them', '1000'],
    ['more bytes than the length: closed after them', '100'],
  ])('%s', async (__, length) => {
    const handler = async () => new Response(body(), { headers: { 'content-length': length } });
    expect(await wire(handler)).toMatchObject({ status: 200, length, encoding: undefined, came: bytes, ending: 'close' });
  });

  test('without a length or a connection header, the body is chunked', async () => {
    expect(await wire(async () => new Response(body()), { headers: { connection: 'close' } })).toMatchObject({
      length: undefined,
      encoding: 'chunked',
      came: `${chunk}0\r\n\r\n`,
      ending: 'close',
    });
  });

  test.each(['close', 'reset'])('connection: %s without a length is not chunked, and ends like that', async (ending) => {
    expect(await wire(async () => new Response(body(), { headers: { connection: ending } }))).toEqual({
      status: 200,
      length: undefined,
      encoding: undefined,
      connection: 'close',
      came: bytes,
      ending,
    });
  });

  test.each([
    ['with a reset', new Error('broken'), 'reset'],
    ['in good order, if its cause has the code', closed, 'close'],
    ['in good order, if it has the code', { code: 'UND_ERR_SOCKET' }, 'close'],
  ])('a body that errors ends the connection %s, without a last chunk', async (__, error, ending) => {
    expect(await wire(async () => new Response(body(error)))).toMatchObject({ encoding: 'chunked', came: chunk, ending });
    const withLength = async () => new Response(body(error), { headers: { 'content-length': '1000' } });
    expect(await wire(withLength)).toMatchObject({ length: '1000', came: bytes, ending });
  });

  test.each([
    ['with a reset', new Error('broken'), 'reset'],
    ['in good order, if it has the code', closed, 'close'],
  ])('a handler that rejects ends the connection %s, without a response', async (__, error, ending) => {
    expect(await wire(() => Promise.reject(error))).toMatchObject({ status: 0, came: '', ending });
  });

  test('HEAD, 204 and 304 have no body, even if the response has one', async () => {
    const close = { connection: 'close' };
    const handler = async () => new Response(body(), { headers: { 'content-length': '400' } });
    expect(await wire(handler, { method: 'HEAD', headers: close })).toMatchObject({ length: '400', came: '', ending: 'close' });
    for (const status of [204, 304])
      expect(await wire(async () => new Response(null, { status }), { headers: close })).toMatchObject({ status, came: '' });
  });
});

test('a client of HTTP/1.0 receives no chunks, even if the response asks for them', async () => {
  const { url } = await served(async () => new Response(body(), { headers: { 'transfer-encoding': 'chunked' } }));
  const response = await onTheWire(url, 'GET / HTTP/1.0\r\n\r\n');
  expect(response).toMatchObject({ status: 200, ending: 'close' });
  expect(response.body.toString()).toBe(bytes);
  expect(response.headers).not.toHaveProperty('transfer-encoding');
});

test('all values of a repeated header are sent', async () => {
  const headers = new Headers([
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]);
  const { url } = await served(async () => new Response('', { headers }));
  const response = await fetch(url);
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});
