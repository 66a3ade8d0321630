import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { nodeFetch } from 'rx-content-library/node';
import { httpServer, served } from './servers.ts';

const fetch = nodeFetch();

/** A server whose responses the test sends, request by request. */
const manual = async () => {
  const { server, url } = await httpServer(() => undefined);
  return {
    url,
    next: async () => (await once(server, 'request')) as [IncomingMessage, ServerResponse],
  };
};

test('a request aborted in advance is not sent', async () => {
  let requests = 0;
  const { url } = await served(async () => {
    requests += 1;
    return new Response();
  });
  await expect(fetch(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  await fetch(url);
  expect(requests).toBe(1);
});

test('aborting before the response closes the connection', async () => {
  const server = await manual();
  const abort = new AbortController();
  const fetching = fetch(server.url, { signal: abort.signal });
  const [incoming] = await server.next();
  const closed = once(incoming.socket, 'close');
  abort.abort();
  await expect(fetching).rejects.toMatchObject({ name: 'AbortError' });
  await closed;
});

test('aborting during the body closes the connection, and the body errors with the reason', async () => {
  const server = await manual();
  const abort = new AbortController();
  const fetching = fetch(server.url, { signal: abort.signal });
  const [incoming, outgoing] = await server.next();
  const closed = once(incoming.socket, 'close');
  outgoing.write('some');
  const reader = (await fetching).body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('some');
  const reading = reader?.read();
  abort.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
  await closed;
});

test('cancelling the body closes the connection', async () => {
  const server = await manual();
  const fetching = fetch(server.url);
  const [incoming, outgoing] = await server.next();
  const closed = once(incoming.socket, 'close');
  outgoing.write('some');
  await (await fetching).body?.cancel();
  await closed;
});

test('an unread body is not fetched, and is complete once it is read', async () => {
  const chunk = Buffer.alloc(65_536, 'x');
  const chunks = 2048;
  let sent = 0;
  const { url } = await httpServer((incoming, outgoing) => {
    if (incoming.url === '/small') return void outgoing.end('small');
    const body = (function* () {
      while (sent < chunks) {
        sent += 1;
        yield chunk;
      }
    })();
    Readable.from(body, { highWaterMark: 1 }).pipe(outgoing);
  });
  const response = await fetch(`${url}/big`);
  // Enough turns to fetch all of it.
  for (let count = 0; count < 200; count += 1) await (await fetch(`${url}/small`)).text();
  expect(sent).toBeLessThan(chunks / 2);
  let received = 0;
  for await (const part of response.body ?? []) received += part.byteLength;
  expect(received).toBe(chunks * chunk.byteLength);
});
