/** A client that returns the raw bytes, and how the connection ended. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface OnTheWire {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undecoded: chunks with their lengths. */
  readonly body: Buffer;
  readonly ending: 'close' | 'reset';
}

/** Formats a request. The connection is kept alive unless a header says otherwise. */
export const requestText = (
  url: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): string => {
  const { host, pathname, search } = new URL(url);
  const lines = Object.entries({ host, ...(body === '' ? {} : { 'content-length': String(body.length) }), ...headers });
  return `${method} ${pathname}${search} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
};

/** Connects and sends. */
export const rawSocket = async (url: string, text: string): Promise<Socket> => {
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === 'https:';
  const socket = isSecure
    ? connectTls({ port: Number(port), host: hostname, rejectUnauthorized: false })
    : connect(Number(port), hostname);
  await once(socket, isSecure ? 'secureConnect' : 'connect');
  socket.write(text);
  return socket;
};

/** Reads to the end of the connection. A complete response keeps it open: send `connection: close` then. */
export const onTheWire = async (url: string, text = requestText(url)): Promise<OnTheWire> => {
  const socket = await rawSocket(url, text);
  const parts: Buffer[] = [];
  let ending: OnTheWire['ending'] = 'close';
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET') throw error;
    ending = 'reset';
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return { ...parse(Buffer.concat(parts)), ending };
};

/** Reads the head and at least this many bytes of the body; the connection stays open. */
export const firstOnTheWire = async (socket: Socket, bodyBytes: number): Promise<Omit<OnTheWire, 'ending'>> => {
  let all = Buffer.alloc(0);
  for (;;) {
    const [part] = (await once(socket, 'data')) as [Buffer];
    all = Buffer.concat([all, part]);
    const response = parse(all);
    if (response.status !== 0 && response.body.length >= bodyBytes) return response;
  }
};

const parse = (all: Buffer): Omit<OnTheWire, 'ending'> => {
  const end = all.indexOf('\r\n\r\n');
  if (end < 0) return { status: 0, headers: {}, body: all };
  const [first = '', ...lines] = all.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at).toLowerCase(), line.slice(at + 2)];
    }),
  );
  return { status: Number(first.split(' ')[1]), headers, body: all.subarray(end + 4) };
};
