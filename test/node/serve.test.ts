import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { nodeFetch } from 'rx-content-library/node';
import { localhost, served } from './servers.ts';

const fetch = nodeFetch();

const requestResponse = async (url: string): Promise<IncomingMessage> => {
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
};

/** An endless body, which counts the bytes read from it. */
const endless = () => {
  const counts = { pulled: 0 };
  const cancelled = Promise.withResolvers<undefined>();
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        counts.pulled += 1;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel: () => cancelled.resolve(undefined),
    },
    { highWaterMark: 0 },
  );
  return { body, counts, cancelled: cancelled.promise };
};

test('a response is sent no faster than it is read', async () => {
  const { body, counts } = endless();
  const { url } = await served(async (request) => new Response(request.url.endsWith('/endless') ? body : 'small'));
  const response = await requestResponse(`${url}/endless`);
  for (let count = 0; count < 100; count += 1) await (await fetch(url)).text();
  const before = counts.pulled;
  // Sockets buffer a few megabytes; without backpressure, the number would grow without limit.
  expect(before * 65_536).toBeLessThan(64 * 1024 * 1024);
  response.destroy();
});

test('a fast client with a response from memory does not block other clients', async () => {
  const work = Buffer.alloc(4_000_000);
  let left = 500;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      // Producing a chunk takes longer than reading it, so that the client is always ready.
      createHash('sha256').update(work).digest();
      controller.enqueue(new Uint8Array(65_536));
      left -= 1;
      if (left === 0) controller.close();
    },
  });
  const begun = Promise.withResolvers<undefined>();
  const { url } = await served(async (request) => {
    if (!request.url.endsWith('/big')) return new Response('small');
    begun.resolve(undefined);
    return new Response(body);
  });
  const reader = spawn(process.execPath, ['-e', `require('http').get('${url}/big', (response) => response.resume())`]);
  const gone = once(reader, 'exit');
  await begun.promise;
  for (let count = 0; count < 10; count += 1) await (await fetch(url)).text();
  expect(left).toBeGreaterThan(0);
  reader.kill();
  await gone;
});

test('a client that disconnects before the response aborts the signal of its request', async () => {
  const arrived = Promise.withResolvers<AbortSignal>();
  const { url } = await served((request) => {
    arrived.resolve(request.signal);
    return new Promise(() => undefined);
  });
  const request = get(url, { agent: false }).on('error', () => undefined);
  const signal = await arrived.promise;
  const aborted = once(signal, 'abort');
  request.destroy();
  await aborted;
  expect(signal.aborted).toBe(true);
});

test('a client that disconnects during the response aborts the signal and cancels the body', async () => {
  const { body, cancelled } = endless();
  const arrived = Promise.withResolvers<AbortSignal>();
  const { url } = await served(async (request) => {
    arrived.resolve(request.signal);
    return new Response(body);
  });
  const response = await requestResponse(url);
  const aborted = once(await arrived.promise, 'abort');
  response.destroy();
  await Promise.all([aborted, cancelled]);
});

test('a complete response does not abort the signal', async () => {
  let signal: AbortSignal | undefined;
  const { url } = await served(async (request) => {
    signal = request.signal;
    return new Response('all');
  });
  expect(await (await fetch(url)).text()).toBe('all');
  await (await fetch(url)).text();
  expect(signal?.aborted).toBe(false);
});

test('a handler that throws ends only the connection of its client', async () => {
  const { url } = await served((request) => {
    if (request.url.endsWith('/now')) throw new Error('now');
    if (request.url.endsWith('/later')) return Promise.reject(new Error('later'));
    return Promise.resolve(new Response('well'));
  });
  for (const path of ['/now', '/later']) await expect(nodeFetch()(url + path)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await (await fetch(url)).text()).toBe('well');
});

test('a body that errors truncates the response', async () => {
  const { url } = await served(
    async () =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            controller.error(new Error('broken'));
          },
        }),
      ),
  );
  const failing = async (): Promise<string> => (await nodeFetch()(url)).text();
  await expect(failing()).rejects.toBeDefined();
});

test('a port in use is an error', async () => {
  const { url } = await served(async () => new Response());
  await expect(served(async () => new Response(), { port: Number(new URL(url).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('serves HTTPS with a certificate', async () => {
  const { url } = await served(async (request) => new Response(request.url), { tls: localhost });
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await nodeFetch({ ca: localhost.cert })(`${url}/path`)).text()).toBe(`${url}/path`);
});

test('close ends connections during a response', async () => {
  const { body } = endless();
  const server = await served(async () => new Response(body));
  const response = await requestResponse(server.url);
  const ended = expect(once(response.resume(), 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
  await server.close();
  await ended;
  await expect(fetch(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('close ends connections without a request, and can be called twice', async () => {
  const server = await served(async () => new Response(), { tls: localhost });
  const silent = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
  await once(silent, 'connect');
  const ended = once(silent, 'close');
  await server.close();
  await ended;
  await server.close();
});
