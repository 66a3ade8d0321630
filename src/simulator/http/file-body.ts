/** The bytes of a file as a lazy body: each chunk is created when it is read. */

import type { Chunks, Content } from '../state/content.ts';
import type { ByteRange } from './byte-range.ts';

// In test runners' contexts, looking up a global such as `Math` takes a hundred times as long as the comparison.
const { min } = Math;

/** Position of a body in its file, and callbacks for its bytes. */
export interface BodySource {
  /** Returns true if the body continues; throws the reason if the client has aborted. */
  readonly canContinue: () => boolean;
  /** Maximum number of bytes per chunk. */
  readonly chunkSize: number;
  /** Fulfills when the next `count` bytes may be sent. */
  readonly ready: (count: number) => Promise<void>;
  /** Called with bytes before they are sent. */
  readonly record: (bytes: Uint8Array) => void;
  /** Returns the number of bytes that are not sent yet. */
  readonly remaining: () => number;
  /** Returns the offset of the next byte in the file. */
  readonly offset: () => number;
  /** Called when all bytes were sent, before the body is closed. */
  readonly finish: () => Promise<void>;
}

/** Returns the bytes of a range. A slow reader costs no memory. */
export const fileBody = (
  source: BodySource,
  { fill, chunks }: Content,
  { first, last }: ByteRange,
): ReadableStream<Uint8Array<ArrayBuffer>> =>
  fill === undefined || typeof ReadableByteStreamController !== 'function'
    ? chunkBody(source, chunks(first, last + 1))
    : byobBody(source, fill);

/** Writes into the reader's buffer, if it provides one, which saves memory. */
const byobBody = (source: BodySource, fill: NonNullable<Content['fill']>): ReadableStream<Uint8Array<ArrayBuffer>> => {
  let isCanceled = false;
  const closeAtEnd = async (controller: ReadableByteStreamController): Promise<void> => {
    if (source.remaining() > 0) return;
    await source.finish();
    controller.close();
    // A read that began meanwhile ends only with this.
    controller.byobRequest?.respond(0);
  };
  const underlyingSource: UnderlyingByteSource = {
    type: 'bytes',
    start: closeAtEnd,
    pull: async (controller) => {
      const length = min(controller.byobRequest?.view?.byteLength ?? source.chunkSize, source.chunkSize, source.remaining());
      await source.ready(length);
      if (isCanceled) return;
      const { byobRequest } = controller;
      if (!source.canContinue()) {
        controller.close();
        byobRequest?.respond(0);
        return;
      }
      const view = byobRequest?.view;
      const bytes = view ? new Uint8Array(view.buffer, view.byteOffset, length) : new Uint8Array(length);
      fill(source.offset(), bytes);
      source.record(bytes);
      if (byobRequest) byobRequest.respond(bytes.length);
      else controller.enqueue(bytes);
      await closeAtEnd(controller);
    },
    cancel: () => {
      isCanceled = true;
    },
  };
  return new ReadableStream(underlyingSource);
};

/** Forwards the chunks of asynchronous content. */
const chunkBody = (source: BodySource, chunks: Chunks): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  let isCanceled = false;
  /** Bytes that were read, but not sent yet. */
  let buffered = new Uint8Array();
  const closeAtEnd = async (controller: ReadableStreamDefaultController): Promise<void> => {
    if (source.remaining() > 0) return;
    await source.finish();
    controller.close();
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: closeAtEnd,
      pull: async (controller) => {
        if (buffered.length === 0) {
          const next = await iterator.next();
          if (next.done === true)
            throw new Error(`A file ends ${source.remaining()} bytes before the size that its inventory states.`);
          buffered = next.value;
        }
        const bytes = buffered.subarray(0, min(source.chunkSize, source.remaining()));
        buffered = buffered.subarray(bytes.length);
        await source.ready(bytes.length);
        if (isCanceled) return;
        if (!source.canContinue()) return controller.close();
        source.record(bytes);
        controller.enqueue(bytes);
        await closeAtEnd(controller);
      },
      cancel: async () => {
        isCanceled = true;
        await iterator.return?.();
      },
    },
    // Nothing is buffered before it is read.
    { highWaterMark: 0 },
  );
};
