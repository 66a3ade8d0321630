/** The way to a far server: every byte takes half a round trip, and a connection takes no more than so many of them a second. */

import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** A way. */
export interface Way {
  /** Milliseconds there and back. */
  readonly roundTrip: number;
  /** Bytes a second that come down one connection. Nothing limits their sum, and what goes up is little. */
  readonly rate: number;
}

/** Bytes of one direction that are on their way; beyond, the sender has to wait, as it would for a window to open. */
const window = 4 * 1024 * 1024;

/** Sends on what comes, later. */
const delayed = (from: Socket, to: Socket, delay: number, rate: number, firstDelay: number): void => {
  const queue: { readonly at: number; readonly bytes: Buffer }[] = [];
  let queued = 0;
  let freeAt = performance.now() + firstDelay;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  const send = (): void => {
    timer = undefined;
    const now = performance.now();
    to.cork();
    for (let [next] = queue; next !== undefined && next.at <= now; [next] = queue) {
      queue.shift();
      queued -= next.bytes.length;
      to.write(next.bytes);
    }
    to.uncork();
    if (queued < window && from.isPaused()) from.resume();
    plan();
  };
  const plan = (): void => {
    const [next] = queue;
    if (next !== undefined) timer ??= setTimeout(send, Math.max(1, next.at - performance.now()));
    else if (isOver) to.end();
  };

  from.on('data', (bytes: Buffer) => {
    freeAt = Math.max(freeAt, performance.now()) + (1000 * bytes.length) / rate;
    queue.push({ at: freeAt + delay, bytes });
    queued += bytes.length;
    if (queued >= window) from.pause();
    plan();
  });
  from.on('end', () => {
    isOver = true;
    plan();
  });
  from.on('close', () => {
    if (isOver) return;
    clearTimeout(timer);
    to.destroy();
  });
  from.on('error', () => undefined);
};

/** Listens on a port of its own, and answers it. */
export const proxy = async (target: number, { roundTrip, rate }: Way): Promise<number> => {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    // A round trip passes before the first byte may go: that of the handshake, which here takes no time.
    delayed(near, far, roundTrip / 2, Infinity, roundTrip);
    delayed(far, near, roundTrip / 2, rate, 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
