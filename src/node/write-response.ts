/** Writes a `Response` to a connection: the head, the body with backpressure, and the end that its headers ask for. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

/** Bytes to write before yielding: a fast client could take them as fast as they are made, and block everything else. */
const YIELD_INTERVAL = 256 * 1024;

/** Bytes of a read buffer. Buffers are reused: allocating one for every chunk takes half as long as sending it. */
const BUFFER_SIZE = 256 * 1024;

/** How many free buffers are kept, for all responses together. */
const MAX_FREE_BUFFERS = 8;

/**
 * Fulfils when the response is written; rejects with the error of the body.
 *
 * @param socket - The TCP connection, below TLS.
 */
export const writeResponse = async (response: Response, outgoing: ServerResponse, socket: Socket): Promise<void> => {
  const { status, headers, body } = response;
  const contentLength = headers.get('content-length');
  const connection = headers.get('connection');
  // Keeps Node from chunking a body without a length.
  if (contentLength === null && (connection === 'close' || connection === 'reset')) outgoing.removeHeader('transfer-encoding');
  outgoing.writeHead(status, headerList(headers));
  const hasBody = outgoing.req.method !== 'HEAD' && status !== 204 && status !== 304;
  if (body === null || !hasBody) {
    await body?.cancel();
    outgoing.end();
    return;
  }
  const sent = await writeBody(body, outgoing);
  if (connection === 'reset') await resetConnection(outgoing, socket);
  else if (contentLength !== null && sent !== Number(contentLength)) closeConnection(outgoing);
  else outgoing.end();
};

/** Ends a connection in the middle of a response: closes it if the error looks like a closed connection, and resets it otherwise. */
export const abortResponse = (outgoing: ServerResponse, socket: Socket, thrown: unknown): void => {
  if (errorCodes(thrown).includes('UND_ERR_SOCKET')) closeConnection(outgoing);
  else resetConnection(outgoing, socket).catch(() => socket.destroy());
};

const headerList = (headers: Headers): string[] =>
  [...headers].flatMap(([name, value]) => {
    // Node decides about chunks, because it knows what the client supports.
    if (name === 'transfer-encoding') return [];
    return name === 'connection' && value === 'reset' ? [name, 'close'] : [name, value];
  });

/** Returns the number of bytes sent, which is smaller than the body if the client disconnects. */
const writeBody = async (body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<number> => {
  const { read, release, cancel } = createBodyReader(body);
  const onClose = (): void => {
    // Rejects if the body has errored.
    cancel().catch(() => undefined);
  };
  outgoing.once('close', onClose);
  let sent = 0;
  let sinceYield = 0;
  try {
    for (let bytes = await read(); bytes !== undefined; bytes = await read()) {
      const chunk = bytes;
      sent += chunk.byteLength;
      sinceYield += chunk.byteLength;
      if (!outgoing.write(chunk, () => release(chunk))) await drainOrClose(outgoing);
      if (sinceYield < YIELD_INTERVAL) continue;
      sinceYield = 0;
      await yieldToEventLoop();
    }
  } finally {
    outgoing.off('close', onClose);
  }
  return sent;
};

const drainOrClose = (outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done).off('close', done);
      resolve();
    };
    outgoing.on('drain', done).on('close', done);
    if (outgoing.destroyed) done();
  });

/** Closes the connection once all bytes are sent. */
const closeConnection = (outgoing: ServerResponse): void => {
  if (outgoing.headersSent) outgoing.flushHeaders();
  outgoing.socket?.destroySoon();
};

/** Resets the connection once all bytes are handed to the system. */
const resetConnection = async (outgoing: ServerResponse, socket: Socket): Promise<void> => {
  if (outgoing.headersSent) outgoing.flushHeaders();
  const { socket: stream } = outgoing;
  if (stream?.writable === true) await new Promise<void>((resolve) => stream.write('', () => resolve()));
  socket.resetAndDestroy();
};

const errorCodes = (thrown: unknown): readonly unknown[] => {
  const property = (value: unknown, name: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return [property(thrown, 'code'), property(property(thrown, 'cause'), 'code')];
};

interface BodyReader {
  /** Returns the next chunk; `undefined` at the end. */
  readonly read: () => Promise<Uint8Array | undefined>;
  /** Makes the memory of a chunk free for reuse. */
  readonly release: (chunk: Uint8Array) => void;
  readonly cancel: () => Promise<void>;
}

const freeBuffers: ArrayBuffer[] = [];

const releaseBuffer = ({ buffer }: Uint8Array): void => {
  if (freeBuffers.length < MAX_FREE_BUFFERS && buffer instanceof ArrayBuffer && buffer.byteLength === BUFFER_SIZE)
    freeBuffers.push(buffer);
};

const createBodyReader = (body: ReadableStream<Uint8Array>): BodyReader => {
  const byteReader = getByteReader(body);
  if (byteReader === undefined) {
    const reader = body.getReader();
    return { read: async () => (await reader.read()).value, release: () => undefined, cancel: () => reader.cancel() };
  }
  return {
    read: async () => {
      const { done, value } = await byteReader.read(new Uint8Array(freeBuffers.pop() ?? new ArrayBuffer(BUFFER_SIZE)));
      if (!done) return value;
      if (value !== undefined) releaseBuffer(value);
      return undefined;
    },
    release: releaseBuffer,
    cancel: () => byteReader.cancel(),
  };
};

/** A `ReadableStreamBYOBReader` whose memory is an `ArrayBuffer`, which TypeScript's own type does not state. */
interface ByteReader {
  read(view: Uint8Array<ArrayBuffer>): Promise<{ readonly done: boolean; readonly value?: Uint8Array<ArrayBuffer> | undefined }>;
  cancel(): Promise<void>;
}

/** Only byte streams support `byob`; no property distinguishes them, so this tries. */
const getByteReader = (body: ReadableStream<Uint8Array>): ByteReader | undefined => {
  try {
    return body.getReader({ mode: 'byob' });
  } catch {
    return undefined;
  }
};
