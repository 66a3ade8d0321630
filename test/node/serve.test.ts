import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { nodeFetch } from 'rx-content-library/node';
import { localhost, served } from './servers.ts';

const fetch = nodeFetch();

const answerOf = async (url: string): Promise<IncomingMessage> => {
  const [answer] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  return answer;
};

/** A body without an end, which counts what was taken of it. */
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

test('an answer goes out no faster than it is read', async () => {
  const { body, counts } = endless();
  const { url } = await served(async (request) => new Response(request.url.endsWith('/endless') ? body : 'small'));
  const answer = await answerOf(`${url}/endless`);
  for (let count = 0; count < 100; count += 1) await (await fetch(url)).text();
  const before = counts.pulled;
  // What sockets hold back is some megabytes; without holding back, it would be all the time there was.
  expect(before * 65_536).toBeLessThan(64 * 1024 * 1024);
  answer.destroy();
});

test('an answer that is made from memory while a fast client reads it keeps nobody else waiting', async () => {
  const work = Buffer.alloc(4_000_000);
  let left = 500;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      // Making it takes longer than taking it: the client is always ready for more.
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
  const reader = spawn(process.execPath, ['-e', `require('http').get('${url}/big', (answer) => answer.resume())`]);
  const gone = once(reader, 'exit');
  await begun.promise;
  for (let count = 0; count < 10; count += 1) await (await fetch(url)).text();
  expect(left).toBeGreaterThan(0);
  reader.kill();
  await gone;
});

test('a client that leaves before the answer aborts the signal of its request', async () => {
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

test('a client that leaves in the middle of the answer aborts the signal and cancels the body', async () => {
  const { body, cancelled } = endless();
  const arrived = Promise.withResolvers<AbortSignal>();
  const { url } = await served(async (request) => {
    arrived.resolve(request.signal);
    return new Response(body);
  });
  const answer = await answerOf(url);
  const aborted = once(await arrived.promise, 'abort');
  answer.destroy();
  await Promise.all([aborted, cancelled]);
});

test('a client that has got everything aborts nothing', async () => {
  let signal: AbortSignal | undefined;
  const { url } = await served(async (request) => {
    signal = request.signal;
    return new Response('all');
  });
  expect(await (await fetch(url)).text()).toBe('all');
  await (await fetch(url)).text();
  expect(signal?.aborted).toBe(false);
});

test('a handler that throws costs its client the connection, and the server lives on', async () => {
  const { url } = await served((request) => {
    if (request.url.endsWith('/now')) throw new Error('now');
    if (request.url.endsWith('/later')) return Promise.reject(new Error('later'));
    return Promise.resolve(new Response('well'));
  });
  for (const path of ['/now', '/later']) await expect(nodeFetch()(url + path)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await (await fetch(url)).text()).toBe('well');
});

test('a body that errors cuts the answer short', async () => {
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

test('a port that is taken is an error', async () => {
  const { url } = await served(async () => new Response());
  await expect(served(async () => new Response(), { port: Number(new URL(url).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('with a certificate it is HTTPS', async () => {
  const { url } = await served(async (request) => new Response(request.url), { tls: localhost });
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await nodeFetch({ ca: localhost.cert })(`${url}/path`)).text()).toBe(`${url}/path`);
});

test('close ends connections in the middle of an answer', async () => {
  const { body } = endless();
  const server = await served(async () => new Response(body));
  const answer = await answerOf(server.url);
  const ended = expect(once(answer.resume(), 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
  await server.close();
  await ended;
  await expect(fetch(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('close ends connections that have said nothing yet, and may be called twice', async () => {
  const server = await served(async () => new Response(), { tls: localhost });
  const silent = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
  await once(silent, 'connect');
  const ended = once(silent, 'close');
  await server.close();
  await ended;
  await server.close();
});
