/** Servers for one test, closed after it. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket, type Server as TcpServer } from 'node:net';
import { afterEach, jest } from '@jest/globals';
import { serve, type Handler, type ServeOptions } from 'rx-content-library/node';

// A guard against hanging, not a measure.
jest.setTimeout(60_000);

const closings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closings.splice(0).map((close) => close()));
});

/** The library's own server. */
export const served = async (handler: Handler, options: ServeOptions = {}) => {
  const server = await serve(handler, options);
  closings.push(() => server.close());
  return server;
};

/** Starts any kind of server; returns its plain HTTP URL. */
export const listening = async (server: Server | TcpServer): Promise<string> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  closings.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Node's own server, which gives access to the sockets. */
export const httpServer = async (listener: RequestListener) => {
  const server = createServer(listener);
  return { server, url: await listening(server) };
};

/** A TCP server. */
export const tcpServer = async (onSocket: (socket: Socket) => void) => {
  const server = createTcpServer(onSocket);
  return { server, url: await listening(server) };
};

/** A URL without a server. */
export const deadAddress = async (): Promise<string> => {
  const server = await serve(async () => new Response());
  await server.close();
  return server.url;
};

const pem = (file: string): string => readFileSync(new URL(`tls/${file}.pem`, import.meta.url), 'utf8');

/** Untrusted certificates: see tls/README.md. */
export const localhost = { cert: pem('localhost.cert'), key: pem('localhost.key') };
export const otherHost = { cert: pem('other.cert'), key: pem('other.key') };

/** A server's certificate issued by an intermediate authority, with the chain as a server sends it: without the root. */
export const issued = {
  root: pem('root.cert'),
  issuing: pem('issuing.cert'),
  crl: pem('issuing.crl'),
  leaf: pem('issued.cert'),
  cert: pem('issued.cert') + pem('issuing.cert'),
  key: pem('issued.key'),
  expired: pem('expired.cert') + pem('issuing.cert'),
};
