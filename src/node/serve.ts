/** Any handler of web requests on a port: the simulator, for one. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { abortResponse, writeResponse } from './http/write-response.ts';
import { toWebStream } from './web-stream.ts';

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
export interface RunningServer {
  /** Its origin, such as `http://127.0.0.1:54321`. */
  readonly url: string;
  /** Ends every connection, then fulfils. */
  close(): Promise<void>;
}

/**
 * Puts a handler on a port. Rejects if the port is taken.
 *
 * The signal of a request aborts when its client leaves. What a handler answers is done on the connection as it says:
 *
 * - `content-length`: the body is not chunked. If it ends before, or goes on after, the connection is closed where it ends.
 * - `connection: close` without a length: the body is not chunked either; it ends where the connection is closed.
 * - `connection: reset`: the same, but the connection is reset there. (It is no HTTP: `close` is what is sent.)
 * - A body that errors ends the connection at once, without a last chunk: with a reset, or closed in good order if the error, or its
 *   cause, has the code `UND_ERR_SOCKET`. These are the codes in which Node's own `fetch` tells the one from the other.
 * - A handler that throws or rejects ends the connection in the same two ways, without an answer.
 *
 * All of it costs one client its connection, and nobody else anything. A reset overtakes what is still on its way.
 */
export const serve = async (
  handler: Handler,
  { port = 0, host = '127.0.0.1', tls }: ServeOptions = {},
): Promise<RunningServer> => {
  const scheme = tls === undefined ? 'http' : 'https';
  // The server's own `closeAllConnections` knows none that is still shaking hands, and a TLS socket cannot be reset.
  const sockets = new Map<string, Socket>();
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const socket = sockets.get(nameOf(incoming.socket)) ?? incoming.socket;
    answer(handler, scheme, incoming, outgoing, socket).catch((thrown: unknown) => abortResponse(outgoing, socket, thrown));
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    sockets.set(name, socket);
    socket.once('close', () => sockets.delete(name));
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
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
};

/** The client's end of a connection, which is the same for the socket and for the TLS in it. */
const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress ?? ''} ${remotePort ?? ''}`;

const answer = async (
  handler: Handler,
  scheme: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  socket: Socket,
): Promise<void> => {
  const gone = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  const response = await handler(requestOf(scheme, incoming, gone.signal));
  if (gone.signal.aborted) return void (await response.body?.cancel());
  await writeResponse(response, outgoing, socket);
};

const requestOf = (scheme: string, incoming: IncomingMessage, signal: AbortSignal): Request => {
  const { method = 'GET', url = '/', headers } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const init: RequestInit & { duplex?: 'half' } = {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
    signal,
    ...(hasBody ? { body: toWebStream(incoming), duplex: 'half' } : {}),
  };
  return new Request(`${scheme}://${headers.host ?? 'localhost'}${url}`, init);
};
