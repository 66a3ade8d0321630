/** A proxy for one test, which records its requests. */

import { createServer, request, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { listening } from './servers.ts';

/** Options of {@link proxied}. */
export interface ProxyOptions {
  /** Required credentials, as `user:password`. @default none */
  readonly login?: string;
  /** Serves TLS with this certificate. @default plain TCP */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** URL of the server that every host name resolves to. */
  readonly leadsTo: string;
}

/** One recorded request. */
export interface Proxied {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
}

/** Starts a proxy that resolves every name to one server. Its URL contains no credentials. */
export const proxied = async ({ login, tls, leadsTo }: ProxyOptions) => {
  const requests: Proxied[] = [];
  /** All bytes that passed through tunnels, in both directions. */
  let tunneled = '';
  const { hostname, port } = new URL(leadsTo);
  const isRefused = (incoming: IncomingMessage): boolean => {
    requests.push({ method: incoming.method ?? '', target: incoming.url ?? '', headers: incoming.headers });
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    return incoming.headers['proxy-authorization'] !== expected;
  };
  const forward: RequestListener = (incoming, outgoing) => {
    if (isRefused(incoming)) return void outgoing.writeHead(407).end();
    const path = incoming.url?.replace(/^http:\/\/[^/]*/, '') ?? '/';
    const { method, headers } = incoming;
    incoming.pipe(
      request({ hostname, port, path, method, headers, agent: false }, (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      }),
    );
  };
  const server = tls === undefined ? createServer(forward) : createSecureServer(tls, forward);
  server.on('connect', (incoming: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => undefined);
    if (isRefused(incoming)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    const through: Socket = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.on('data', (bytes: Buffer) => (tunneled += bytes.toString('latin1')));
      through.on('data', (bytes: Buffer) => (tunneled += bytes.toString('latin1')));
      socket.pipe(through).pipe(socket);
    });
    through.on('error', () => socket.destroy());
    through.on('close', () => socket.destroy());
    socket.on('close', () => through.destroy());
  });
  const url = await listening(server);
  return { url: tls === undefined ? url : url.replace('http:', 'https:'), requests, tunneledBytes: () => tunneled };
};
