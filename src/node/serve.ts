/** Serves a fetch handler, such as the simulator's, over HTTP or HTTPS. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { toWebStream } from './web-stream.ts';
import { abortResponse, writeResponse } from './write-response.ts';

/** Handles one request; `fetch` of a simulator is one. */
export type Handler = (request: Request) => Promise<Response>;

/** Options of {@link serve}. */
export interface ServeOptions {
  /** TCP port. @default 0: any free port */
  readonly port?: number | undefined;
  /** Name or address to listen on. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** Serve HTTPS with this certificate and key, in PEM. @default plain HTTP */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

const SERVE_OPTIONS: OptionNames<ServeOptions> = { port: true, host: true, tls: true };

/** A server that is listening. */
export interface RunningServer {
  /** Origin, such as `http://127.0.0.1:54321`. */
  readonly url: string;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/**
 * Starts a server. Rejects if the port is in use.
 *
 * The signal of a request aborts when its client disconnects. The response controls its connection:
 *
 * - `content-length`: the body is not chunked. If it is shorter or longer, the connection is closed at its end.
 * - `connection: close` without a length: the body is not chunked either, and the connection is closed at its end.
 * - `connection: reset`: the same, but the connection is reset. (It is not in HTTP: the client receives `close`.)
 * - A body that errors ends the connection at once, without a last chunk: it is closed if the error, or its cause, has the code
 *   `UND_ERR_SOCKET`, and reset otherwise. These are the codes by which Node's own `fetch` reports the two.
 * - A handler that throws or rejects ends the connection in the same two ways, without a response.
 *
 * Other clients are not affected. A reset may discard bytes that are still in flight.
 */
export const serve = async (handler: Handler, options: ServeOptions = {}): Promise<RunningServer> => {
  assertKnownOptions(options, SERVE_OPTIONS);
  const { port = 0, host = '127.0.0.1', tls } = options;
  const scheme = tls === undefined ? 'http' : 'https';
  // `closeAllConnections` misses connections during their TLS handshake, and a TLS socket cannot be reset.
  const sockets = new Map<string, Socket>();
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const socket = sockets.get(connectionKey(incoming.socket)) ?? incoming.socket;
    handleRequest(handler, scheme, incoming, outgoing, socket).catch((thrown: unknown) =>
      abortResponse(outgoing, socket, thrown),
    );
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT;
  server.on('connection', (socket: Socket) => {
    const key = connectionKey(socket);
    sockets.set(key, socket);
    socket.once('close', () => sockets.delete(key));
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

/** Milliseconds. After Node's five seconds, a connection is often closed just when a busy client uses it again, which is a reset. */
const KEEP_ALIVE_TIMEOUT = 65_000;

/** The client's address, which is the same for a TCP socket and the TLS socket on it. */
const connectionKey = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress ?? ''} ${remotePort ?? ''}`;

const handleRequest = async (
  handler: Handler,
  scheme: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  socket: Socket,
): Promise<void> => {
  const disconnected = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) disconnected.abort();
  });
  const response = await handler(toRequest(scheme, incoming, disconnected.signal));
  if (disconnected.signal.aborted) return void (await response.body?.cancel());
  await writeResponse(response, outgoing, socket);
};

const toRequest = (scheme: string, incoming: IncomingMessage, signal: AbortSignal): Request => {
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
