/** The bytes of a file as a body: made when they are read, and no sooner. */

import { CHUNK_SIZE, type Chunks, type Content } from '../state/content.ts';
import type { ByteRange } from './byte-range.ts';

// In the contexts that test runners make, looking up a global such as `Math` takes a hundred times as long as the product.
const { min } = Math;

/** What is done about bytes while they are handed over. */
export interface BodySource {
  /** Whether more is to be handed over; throws the reason where the client has given up. */
  readonly canContinue: () => boolean;
  /** Notes bytes before they are handed over. */
  readonly record: (bytes: Uint8Array) => void;
  /** Bytes that are still to come. */
  readonly remaining: () => number;
  /** Where the next ones are in the file. */
  readonly offset: () => number;
  /** Called when all were handed over, before the body is closed. */
  readonly finish: () => Promise<void>;
}

/** The bytes of a range. A slow reader costs no memory. */
export const fileBody = (
  flow: BodySource,
  { fill, chunks }: Content,
  { first, last }: ByteRange,
): ReadableStream<Uint8Array<ArrayBuffer>> =>
  fill === undefined || typeof ReadableByteStreamController !== 'function'
    ? chunkBody(flow, chunks(first, last + 1))
    : byobBody(flow, fill);

/** Bytes written where the reader wants them, if it says so: whoever sends many can do with little memory. */
const byobBody = (flow: BodySource, fill: NonNullable<Content['fill']>): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const endIfDone = async (controller: ReadableByteStreamController): Promise<void> => {
    if (flow.remaining() > 0) return;
    await flow.finish();
    controller.close();
  };
  const source: UnderlyingByteSource = {
    type: 'bytes',
    start: endIfDone,
    pull: async (controller) => {
      const { byobRequest: wanted } = controller;
      if (!flow.canContinue()) {
        controller.close();
        wanted?.respond(0);
        return;
      }
      const place = wanted?.view;
      const memory = place
        ? new Uint8Array(place.buffer, place.byteOffset, place.byteLength)
        : new Uint8Array(min(CHUNK_SIZE, flow.remaining()));
      const bytes = memory.subarray(0, flow.remaining());
      fill(flow.offset(), bytes);
      flow.record(bytes);
      if (wanted) wanted.respond(bytes.length);
      else controller.enqueue(bytes);
      await endIfDone(controller);
    },
  };
  return new ReadableStream(source);
};

/** Bytes as they come from whoever keeps them. */
const chunkBody = (flow: BodySource, pieces: Chunks): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const source = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  const endIfDone = async (controller: ReadableStreamDefaultController): Promise<void> => {
    if (flow.remaining() > 0) return;
    await flow.finish();
    controller.close();
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: endIfDone,
      pull: async (controller) => {
        if (!flow.canContinue()) return controller.close();
        const part = await source.next();
        if (part.done === true)
          throw new Error(`A file ends ${flow.remaining()} bytes before the size that its inventory states.`);
        const bytes = part.value.subarray(0, flow.remaining());
        flow.record(bytes);
        controller.enqueue(bytes);
        await endIfDone(controller);
      },
      cancel: async () => {
        await source.return?.();
      },
    },
    // Nothing is made ready before it is read: a slow reader costs no memory.
    { highWaterMark: 0 },
  );
};
