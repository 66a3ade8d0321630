/** Any handler of web requests on a port: the simulator, for one. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { bytesOf } from './web-stream.ts';

/** A server as a function. */
export type Handler = (request: Request) => Promise<Response>;

/** Options of {@link serve}. */
export interface ServeOptions {
  /** @default 0, any port that is free */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Serve HTTPS with this certificate and key, in PEM. @default plain HTTP */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** A server that runs. */
export interface Served {
  /** Its origin, such as `http://127.0.0.1:54321`. */
  readonly url: string;
  /** Ends every connection, then fulfils. */
  close(): Promise<void>;
}

/**
 * Puts a handler on a port. Rejects if the port is taken.
 *
 * The signal of a request aborts when its client leaves. A handler that throws costs its client the connection, and nobody else anything.
 */
export const serve = async (handler: Handler, { port = 0, host = '127.0.0.1', tls }: ServeOptions = {}): Promise<Served> => {
  const scheme = tls === undefined ? 'http' : 'https';
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    answer(handler, scheme, incoming, outgoing).catch(() => outgoing.destroy());
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
  // The server's own `closeAllConnections` knows none that is still shaking hands.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `${scheme}://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};

const answer = async (handler: Handler, scheme: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
  const gone = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  const response = await handler(requestOf(scheme, incoming, gone.signal));
  if (gone.signal.aborted) return void (await response.body?.cancel());
  outgoing.writeHead(response.status, [...response.headers].flat());
  if (response.body === null) outgoing.end();
  // A client that leaves in the middle is no failure of the server.
  else await pipeline(inTurns(response.body), outgoing).catch(() => outgoing.destroy());
};

/** As long as a client takes them at once, bytes that are at hand would go out without a turn for anything else of this process. */
async function* inTurns(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const part of body) {
    yield part;
    await turn();
  }
}

const requestOf = (scheme: string, incoming: IncomingMessage, signal: AbortSignal): Request => {
  const { method = 'GET', url = '/', headers } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const init: RequestInit & { duplex?: 'half' } = {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
    signal,
    ...(hasBody ? { body: bytesOf(incoming), duplex: 'half' } : {}),
  };
  return new Request(`${scheme}://${headers.host ?? 'localhost'}${url}`, init);
};
