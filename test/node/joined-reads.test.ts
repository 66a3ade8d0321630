/** Connections of `nodeFetch` that join TLS records: the bytes are unchanged, a slow reader holds them back, and ends are noticed. */

import { once } from 'node:events';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { setImmediate as turn } from 'node:timers/promises';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { expect, test } from '@jest/globals';
import { nodeFetch } from 'rx-content-library/node';
import { JoinedReads } from '#src/node/tls/joined-reads.js';
import { seededRandom } from '../support/seeded-random.ts';
import { listening, localhost } from './servers.ts';

const BUFFER_SIZE = 64 * 1024;
const RECORD_SIZE = 16 * 1024;

const unevenly = Buffer.from(Uint8Array.from({ length: 65_521 }, (_, index) => (index * 31 + (index >> 8)) % 251));

/** Bytes in which a missing, repeated or misplaced part is visible. */
const pattern = (length: number): Buffer => Buffer.alloc(length, unevenly);

const portOf = (url: string): number => Number(new URL(url).port);

/** Connects to a server that calls `serve` with its side of the connection. */
const connected = async (serve: (socket: TLSSocket) => unknown): Promise<JoinedReads> => {
  const server = createServer(localhost, serve);
  const port = portOf(await listening(server));
  const stream = new JoinedReads();
  // The types of Node lack `onread` of `tls.connect`.
  const { onread } = stream;
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...{ onread } });
  await once(socket, 'secureConnect');
  return stream.attach(socket);
};

/** Copies what it reads, as the stream demands. */
const readAll = async (stream: JoinedReads): Promise<Buffer> => {
  const copies: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => copies.push(Buffer.from(chunk)));
  await once(stream, 'end');
  return Buffer.concat(copies);
};

const httpsServer = async (listener: Parameters<typeof createHttpsServer>[1]): Promise<{ server: HttpsServer; url: string }> => {
  const server = createHttpsServer(localhost, listener);
  return { server, url: (await listening(server)).replace('http:', 'https:') };
};

test.each([
  ['nothing', 0],
  ['one byte', 1],
  ['one record', RECORD_SIZE],
  ['exactly one buffer', BUFFER_SIZE],
  ['one byte more than a buffer', BUFFER_SIZE + 1],
  ['exactly 16 buffers', 16 * BUFFER_SIZE],
  ['many buffers and a part of one', 100 * BUFFER_SIZE + 777],
])('%s is read unchanged', async (_, length) => {
  const bytes = pattern(length);
  const stream = await connected((socket) => socket.end(bytes));
  expect((await readAll(stream)).equals(bytes)).toBe(true);
});

test.each([1, 2, 3])('records of random lengths, with pauses between them, are read unchanged (seed %i)', async (seed) => {
  const random = seededRandom(seed);
  const bytes = pattern(3 * 1024 * 1024);
  const stream = await connected(async (socket) => {
    for (let position = 0; position < bytes.byteLength;) {
      const length = 1 + Math.floor(random() ** 3 * 2 * BUFFER_SIZE);
      socket.write(bytes.subarray(position, position + length));
      position += length;
      // So that the reader passes on a part of its buffer.
      if (random() < 0.3) for (let count = random() * 5; count > 0; count -= 1) await turn();
    }
    socket.end();
  });
  expect((await readAll(stream)).equals(bytes)).toBe(true);
});

test('a message is passed on at once, not when its buffer is full', async () => {
  const stream = await connected((socket) => socket.on('data', (chunk: Buffer) => socket.write(`you sent ${chunk.toString()}`)));
  for (const word of ['one', 'two', 'three']) {
    stream.write(word);
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    expect(chunk.toString()).toBe(`you sent ${word}`);
  }
  stream.destroy();
});

test('the same buffers are used for other connections, whose bytes do not mix', async () => {
  const streams = await Promise.all(
    Array.from({ length: 8 }, (_, index) => connected((socket) => socket.end(pattern(2_000_000).subarray(index)))),
  );
  const results = await Promise.all(streams.map(readAll));
  results.forEach((result, index) => expect(result.equals(pattern(2_000_000).subarray(index))).toBe(true));
});

test('a reader that pauses after each chunk gets the bytes unchanged, and the rest stays on the network', async () => {
  const bytes = pattern(12 * 1024 * 1024);
  const stream = await connected((socket) => socket.end(bytes));
  const copies: Buffer[] = [];
  let most = 0;
  stream.on('data', (chunk: Buffer) => {
    copies.push(Buffer.from(chunk));
    stream.pause();
    // Bytes arrive meanwhile.
    void (async () => {
      for (let count = 0; count < 5; count += 1) {
        await turn();
        most = Math.max(most, stream.readableLength);
      }
      stream.resume();
    })();
  });
  await once(stream, 'end');
  expect(Buffer.concat(copies).equals(bytes)).toBe(true);
  // One buffer, and the records that were decrypted before the socket paused.
  expect(most).toBeLessThanOrEqual(3 * BUFFER_SIZE);
});

test('a stream without a reader holds at most three buffers', async () => {
  let sent = 0;
  const stream = await connected((socket) => {
    const block = pattern(BUFFER_SIZE);
    const send = (): void => {
      // Bounded, so that an unbounded read fails instead of hanging.
      while (sent < 64 * 1024 * 1024 && socket.write(block)) sent += block.byteLength;
    };
    socket.on('drain', send);
    send();
  });
  let previous = -1;
  while (sent !== previous) {
    previous = sent;
    for (let count = 0; count < 200; count += 1) await turn();
  }
  expect(stream.readableLength).toBeLessThanOrEqual(3 * BUFFER_SIZE);
  expect(sent).toBeLessThan(64 * 1024 * 1024);
  stream.destroy();
});

test('the bytes before a broken connection are read first', async () => {
  const stream = await connected((socket) => socket.write(pattern(1000), () => socket.destroy()));
  expect((await readAll(stream)).equals(pattern(1000))).toBe(true);
});

test.each([
  ['with a length', { 'content-length': '5000000' }],
  ['in chunks', {}],
])('a body %s is unchanged, and one that is cut is an error', async (_, headers) => {
  const bytes = pattern(5_000_000);
  const { url } = await httpsServer((request, response) => {
    response.writeHead(200, headers);
    if (request.url === '/cut') response.write(bytes.subarray(0, 3_000_001), () => request.socket.destroy());
    else response.end(bytes);
  });
  const fetch = nodeFetch({ insecure: true, proxy: false });
  const response = await fetch(url);
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  const cut = await fetch(`${url}/cut`);
  await expect(cut.arrayBuffer()).rejects.toThrow();
});

test('requests one after the other use one connection; one that the server has closed while idle is not used again', async () => {
  const sockets: TLSSocket[] = [];
  const { server, url } = await httpsServer((_, response) => response.end('content'));
  server.on('secureConnection', (socket: TLSSocket) => sockets.push(socket));
  const fetch = nodeFetch({ insecure: true, proxy: false });
  for (let count = 0; count < 3; count += 1) expect(await (await fetch(url, { method: 'POST' })).text()).toBe('content');
  expect(sockets).toHaveLength(1);
  sockets[0]?.end();
  await once(sockets[0] as TLSSocket, 'close');
  for (let count = 0; count < 20; count += 1) await turn();
  // A POST is not repeated: it would fail on the closed connection.
  expect(await (await fetch(url, { method: 'POST' })).text()).toBe('content');
  expect(sockets).toHaveLength(2);
});

test('a connection that the server wants closed is closed after the response', async () => {
  const closed = Promise.withResolvers<undefined>();
  const { server, url } = await httpsServer((_, response) => {
    response.setHeader('connection', 'close');
    response.end('content');
  });
  server.on('secureConnection', (socket: TLSSocket) => socket.on('close', () => closed.resolve(undefined)));
  expect(await (await nodeFetch({ insecure: true, proxy: false })(url)).text()).toBe('content');
  await closed.promise;
});
