/**
 * The process of a TCP proxy that delays every byte by half a round trip, and limits the rate of each connection. It runs apart from
 * server and client, so that their work does not delay the bytes.
 */

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { serveInChild } from '../support/server.ts';

/** A slow network in front of a server. */
export interface SlowNetworkOptions {
  /** The port of the server. */
  readonly targetPort: number;
  /** Milliseconds in both directions together. */
  readonly roundTrip: number;
  /** Maximum bytes a second from the server to the client, for each connection. Other traffic is not limited. */
  readonly rate: number;
}

/** Maximum bytes in transit in one direction: the sender waits, as it does for a TCP window. */
const WINDOW = 4 * 1024 * 1024;

/** Forwards bytes after a delay. @param delay - Milliseconds. @param connectDelay - Milliseconds before the first byte is sent. */
const forward = (from: Socket, to: Socket, delay: number, rate: number, connectDelay: number): void => {
  const queue: { readonly at: number; readonly chunk: Buffer }[] = [];
  let queuedBytes = 0;
  let freeAt = performance.now() + connectDelay;
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;

  const flush = (): void => {
    timer = undefined;
    const now = performance.now();
    to.cork();
    for (let [next] = queue; next !== undefined && next.at <= now; [next] = queue) {
      queue.shift();
      queuedBytes -= next.chunk.length;
      to.write(next.chunk);
    }
    to.uncork();
    if (queuedBytes < WINDOW && from.isPaused()) from.resume();
    schedule();
  };
  const schedule = (): void => {
    const [next] = queue;
    if (next !== undefined) timer ??= setTimeout(flush, Math.max(1, next.at - performance.now()));
    else if (isEnded) to.end();
  };

  from.on('data', (chunk: Buffer) => {
    freeAt = Math.max(freeAt, performance.now()) + (1000 * chunk.length) / rate;
    queue.push({ at: freeAt + delay, chunk });
    queuedBytes += chunk.length;
    if (queuedBytes >= WINDOW) from.pause();
    schedule();
  });
  from.on('end', () => {
    isEnded = true;
    schedule();
  });
  from.on('close', () => {
    if (isEnded) return;
    clearTimeout(timer);
    to.destroy();
  });
  from.on('error', () => undefined);
};

await serveInChild<number, SlowNetworkOptions>(async ({ targetPort, roundTrip, rate }) => {
  const proxy = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    // The TCP handshake takes a round trip, which the loopback interface does not.
    forward(client, server, roundTrip / 2, Infinity, roundTrip);
    forward(server, client, roundTrip / 2, rate, 0);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return { address: (proxy.address() as AddressInfo).port };
});
