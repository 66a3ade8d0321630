/** One answer on its connection: the head, the bytes as fast as they are taken, and the end that the handler wants. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { bodyReader } from './body-reader.ts';

/** Bytes that may go out without a turn for anything else of this process: a client may take them as fast as they are made. */
const bytesOfATurn = 256 * 1024;

/**
 * Sends an answer; rejects with what the body errors with.
 *
 * @param socket - The connection itself, below TLS.
 */
export const writeResponse = async (response: Response, outgoing: ServerResponse, socket: Socket): Promise<void> => {
  const { status, headers, body } = response;
  const stated = headers.get('content-length');
  const ending = headers.get('connection');
  // Node's way to have no chunks where no length is known.
  if (stated === null && (ending === 'close' || ending === 'reset')) outgoing.removeHeader('transfer-encoding');
  outgoing.writeHead(status, headLines(headers));
  const takesBody = outgoing.req.method !== 'HEAD' && status !== 204 && status !== 304;
  if (body === null || !takesBody) {
    await body?.cancel();
    outgoing.end();
    return;
  }
  const sent = await sendBody(body, outgoing);
  if (ending === 'reset') await reset(outgoing, socket);
  else if (stated !== null && sent !== Number(stated)) close(outgoing);
  else outgoing.end();
};

/** Ends a connection without the end of an answer: with a reset, unless what was thrown is what a closed one looks like. */
export const abortResponse = (outgoing: ServerResponse, socket: Socket, thrown: unknown): void => {
  if (codesOf(thrown).includes('UND_ERR_SOCKET')) close(outgoing);
  else reset(outgoing, socket).catch(() => socket.destroy());
};

const headLines = (headers: Headers): string[] =>
  [...headers].flatMap(([name, value]) => {
    // Chunks are Node's business, which knows what the client can read.
    if (name === 'transfer-encoding') return [];
    return name === 'connection' && value === 'reset' ? [name, 'close'] : [name, value];
  });

/** Answers how many bytes went out; fewer than there are if the client leaves. */
const sendBody = async (body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<number> => {
  const { read, release, cancel } = bodyReader(body);
  const leave = (): void => {
    // A body that has ended or broken has nothing to cancel, and says so.
    cancel().catch(() => undefined);
  };
  outgoing.once('close', leave);
  let sent = 0;
  let sinceTurn = 0;
  try {
    for (let bytes = await read(); bytes !== undefined; bytes = await read()) {
      const part = bytes;
      sent += part.byteLength;
      sinceTurn += part.byteLength;
      if (!outgoing.write(part, () => release(part))) await drained(outgoing);
      if (sinceTurn < bytesOfATurn) continue;
      sinceTurn = 0;
      await turn();
    }
  } finally {
    outgoing.off('close', leave);
  }
  return sent;
};

/** Waits until the client has taken enough, or has left. */
const drained = (outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const go = (): void => {
      outgoing.off('drain', go).off('close', go);
      resolve();
    };
    outgoing.on('drain', go).on('close', go);
    if (outgoing.destroyed) go();
  });

/** Closes the connection in good order once everything is out that was written. */
const close = (outgoing: ServerResponse): void => {
  if (outgoing.headersSent) outgoing.flushHeaders();
  outgoing.socket?.destroySoon();
};

/** Resets the connection once everything was handed to the system that was written. */
const reset = async (outgoing: ServerResponse, socket: Socket): Promise<void> => {
  if (outgoing.headersSent) outgoing.flushHeaders();
  const { socket: stream } = outgoing;
  if (stream?.writable === true) await new Promise<void>((resolve) => stream.write('', () => resolve()));
  socket.resetAndDestroy();
};

const codesOf = (thrown: unknown): readonly unknown[] => {
  const field = (value: unknown, name: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return [field(thrown, 'code'), field(field(thrown, 'cause'), 'code')];
};
