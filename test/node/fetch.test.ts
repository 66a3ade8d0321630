import type { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { listLibraries, TransportError, vcenter } from 'rx-content-library';
import { nodeFetch } from 'rx-content-library/node';
import { lastValueFrom } from 'rxjs';
import { deadAddress, httpServer, served, tcpServer } from './servers.ts';

const fetch = nodeFetch();

test('returns status, headers and body unchanged', async () => {
  const { url } = await served(
    async () =>
      new Response('body', {
        status: 418,
        headers: [
          ['x-tea', 'green'],
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ],
      }),
  );
  const response = await fetch(`${url}/path?query=1`);
  expect(response.status).toBe(418);
  expect(response.headers.get('x-tea')).toBe('green');
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(await response.text()).toBe('body');
});

test('sends the body of a POST with its length', async () => {
  const { url } = await served(
    async (request) => new Response(`${request.method} ${request.headers.get('content-length')} ${await request.text()}`),
  );
  const response = await fetch(url, { method: 'POST', body: 'grün', headers: { 'content-type': 'application/json' } });
  expect(await response.text()).toBe('POST 5 grün');
});

test('a POST without a body has content-length 0', async () => {
  const { url } = await served(async (request) => new Response(request.headers.get('content-length')));
  expect(await (await fetch(url, { method: 'POST' })).text()).toBe('0');
});

test('accepts a Request', async () => {
  const { url } = await served(async (request) => new Response(`${request.method} ${request.headers.get('x-a')}`));
  expect(await (await fetch(new Request(url, { method: 'DELETE', headers: { 'x-a': 'b' } }))).text()).toBe('DELETE b');
});

test.each([204, 304])('a response with status %d has no body', async (status) => {
  const { url } = await served(async () => new Response(null, { status }));
  const response = await fetch(url);
  expect(response).toMatchObject({ status, body: null });
});

test('a response to HEAD has headers and no body', async () => {
  const { url } = await httpServer((_, outgoing) => outgoing.setHeader('content-length', '7').end());
  const response = await fetch(url, { method: 'HEAD' });
  expect([response.headers.get('content-length'), response.body]).toEqual(['7', null]);
});

test('a redirect is returned, not followed', async () => {
  const paths: string[] = [];
  const { url } = await served(async (request) => {
    paths.push(new URL(request.url).pathname);
    return new Response(null, { status: 302, headers: { location: '/elsewhere' } });
  });
  expect(await fetch(`${url}/here`)).toMatchObject({ status: 302 });
  expect(paths).toEqual(['/here']);
});

test('an unreachable server is a TransportError with ECONNREFUSED', async () => {
  const vc = vcenter({ server: await deadAddress(), credentials: { username: 'u', password: 'p' }, fetch });
  const listing = lastValueFrom(listLibraries(vc));
  await expect(listing).rejects.toBeInstanceOf(TransportError);
  await expect(listing).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a response with an invalid status rejects only its request', async () => {
  const { url } = await tcpServer((socket) => socket.end('HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n'));
  await expect(fetch(url)).rejects.toThrow(/status/);
});

test.each([
  ['its Content-Length', 'content-length: 1000\r\n\r\nsome'],
  ['its last chunk', 'transfer-encoding: chunked\r\n\r\n4\r\nsome\r\n'],
])('a body that ends before %s errors', async (_, rest) => {
  const { url } = await tcpServer((socket) => socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${rest}`)));
  await expect((await fetch(url)).text()).rejects.toBeDefined();
});

test('a body that is cut off before it is read errors when it is read', async () => {
  const ended = Promise.withResolvers<Socket>();
  const { url } = await tcpServer((socket) => {
    socket.once('close', () => ended.resolve(socket));
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nsome'));
  });
  const response = await fetch(url);
  await ended.promise;
  await expect(response.text()).rejects.toBeDefined();
});

test('requests reuse a connection', async () => {
  const { server, url } = await httpServer((_, outgoing) => outgoing.end('x'));
  let connections = 0;
  server.on('connection', () => (connections += 1));
  for (let count = 0; count < 3; count += 1) await (await fetch(url)).text();
  expect(connections).toBe(1);
});

test('a kept-alive connection that the server closes on reuse repeats a GET, and never a POST', async () => {
  const requests: string[] = [];
  const { url } = await tcpServer((socket) => {
    socket.on('data', (bytes: Buffer) => {
      const first = requests.length % 2 === 0;
      requests.push(bytes.toString().split(' ')[0] ?? '');
      if (first) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      else socket.destroy();
    });
  });
  const own = nodeFetch();
  expect(await (await own(url)).text()).toBe('ok');
  expect(await (await own(url)).text()).toBe('ok');
  await expect(own(url, { method: 'POST', body: 'x' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(requests).toEqual(['GET', 'GET', 'GET', 'POST']);
});
