import { describe, expect, test } from '@jest/globals';
import { onTheWire, requestText } from './raw-client.ts';
import { localhost, served } from './servers.ts';

const bytes = 'x'.repeat(400);
const chunk = `190\r\n${bytes}\r\n`;

/** A body that ends, or errors with something. */
const body = (error?: unknown): ReadableStream<Uint8Array> => {
  let told = false;
  return new ReadableStream({
    pull: (controller) => {
      if (!told) {
        told = true;
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
  const wire = async (answer: () => Promise<Response>, request: Parameters<typeof requestText>[1] = {}) => {
    const { url } = await served(answer, tls === undefined ? {} : { tls });
    const { status, headers, body: came, ending } = await onTheWire(url, requestText(url, request));
    const { 'content-length': length, 'transfer-encoding': encoding, connection } = headers;
    return { status, length, encoding, connection, came: came.toString(), ending };
  };

  test('a length, and bytes that fit: the connection is left open, unless the client wants it closed', async () => {
    const answer = async () => new Response(body(), { headers: { 'content-length': '400' } });
    expect(await wire(answer, { headers: { connection: 'close' } })).toEqual({
      status: 200,
      length: '400',
      encoding: undefined,
      connection: 'close',
      came: bytes,
      ending: 'close',
    });
    const { url } = await served(answer, tls === undefined ? {} : { tls });
    const two = requestText(url) + requestText(url, { headers: { connection: 'close' } });
    expect((await onTheWire(url, two)).body.toString().match(/x{400}/g)).toHaveLength(2);
  });

  test.each([
    ['fewer bytes than the length: closed after them', '1000'],
    ['more bytes than the length: closed after them', '100'],
  ])('%s', async (__, length) => {
    const answer = async () => new Response(body(), { headers: { 'content-length': length } });
    expect(await wire(answer)).toMatchObject({ status: 200, length, encoding: undefined, came: bytes, ending: 'close' });
  });

  test('neither a length nor a word: chunks, and a last one', async () => {
    expect(await wire(async () => new Response(body()), { headers: { connection: 'close' } })).toMatchObject({
      length: undefined,
      encoding: 'chunked',
      came: `${chunk}0\r\n\r\n`,
      ending: 'close',
    });
  });

  test.each(['close', 'reset'])('connection: %s without a length: bytes without chunks, and that end', async (ending) => {
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
    ['in good order, if that is what its cause says', closed, 'close'],
    ['in good order, if that is what it says', { code: 'UND_ERR_SOCKET' }, 'close'],
  ])('a body that errors ends the connection %s, without a last chunk', async (__, error, ending) => {
    expect(await wire(async () => new Response(body(error)))).toMatchObject({ encoding: 'chunked', came: chunk, ending });
    const withLength = async () => new Response(body(error), { headers: { 'content-length': '1000' } });
    expect(await wire(withLength)).toMatchObject({ length: '1000', came: bytes, ending });
  });

  test.each([
    ['with a reset', new Error('broken'), 'reset'],
    ['in good order, if that is what it says', closed, 'close'],
  ])('a handler that rejects ends the connection %s, without an answer', async (__, error, ending) => {
    expect(await wire(() => Promise.reject(error))).toMatchObject({ status: 0, came: '', ending });
  });

  test('HEAD, 204 and 304 have no body, whatever the answer has', async () => {
    const close = { connection: 'close' };
    const answer = async () => new Response(body(), { headers: { 'content-length': '400' } });
    expect(await wire(answer, { method: 'HEAD', headers: close })).toMatchObject({ length: '400', came: '', ending: 'close' });
    for (const status of [204, 304])
      expect(await wire(async () => new Response(null, { status }), { headers: close })).toMatchObject({ status, came: '' });
  });
});

test('a client of HTTP/1.0 gets no chunks, even if the answer names them', async () => {
  const { url } = await served(async () => new Response(body(), { headers: { 'transfer-encoding': 'chunked' } }));
  const answer = await onTheWire(url, 'GET / HTTP/1.0\r\n\r\n');
  expect(answer).toMatchObject({ status: 200, ending: 'close' });
  expect(answer.body.toString()).toBe(bytes);
  expect(answer.headers).not.toHaveProperty('transfer-encoding');
});

test('all lines of a header that comes several times are sent', async () => {
  const headers = new Headers([
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]);
  const { url } = await served(async () => new Response('', { headers }));
  const response = await fetch(url);
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});
