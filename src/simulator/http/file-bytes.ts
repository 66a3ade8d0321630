/** The bytes of a file as a body: made when they are read, and no sooner. */

import { pieceSize, type Content, type Pieces } from '../state/content.ts';
import type { ByteRange } from './byte-range.ts';

// In the contexts that test runners make, looking up a global such as `Math` takes a hundred times as long as the product.
const { min } = Math;

/** What is done about bytes while they are handed over. */
export interface Flow {
  /** Whether more is to be handed over; throws the reason where the client has given up. */
  readonly goesOn: () => boolean;
  /** Notes bytes before they are handed over. */
  readonly note: (bytes: Uint8Array) => void;
  /** Bytes that are still to come. */
  readonly left: () => number;
  /** Where the next ones are in the file. */
  readonly offset: () => number;
  /** Called when all were handed over, before the body is closed. */
  readonly finish: () => Promise<void>;
}

/** The bytes of a range. A slow reader costs no memory. */
export const fileBytes = (
  flow: Flow,
  { fill, pieces }: Content,
  { first, last }: ByteRange,
): ReadableStream<Uint8Array<ArrayBuffer>> =>
  fill === undefined || typeof ReadableByteStreamController !== 'function'
    ? passedOn(flow, pieces(first, last + 1))
    : filledIn(flow, fill);

/** Bytes written where the reader wants them, if it says so: whoever sends many can do with little memory. */
const filledIn = (flow: Flow, fill: NonNullable<Content['fill']>): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const endIfDone = async (controller: ReadableByteStreamController): Promise<void> => {
    if (flow.left() > 0) return;
    await flow.finish();
    controller.close();
  };
  const source: UnderlyingByteSource = {
    type: 'bytes',
    start: endIfDone,
    pull: async (controller) => {
      const { byobRequest: wanted } = controller;
      if (!flow.goesOn()) {
        controller.close();
        wanted?.respond(0);
        return;
      }
      const place = wanted?.view;
      const memory = place
        ? new Uint8Array(place.buffer, place.byteOffset, place.byteLength)
        : new Uint8Array(min(pieceSize, flow.left()));
      const bytes = memory.subarray(0, flow.left());
      fill(flow.offset(), bytes);
      flow.note(bytes);
      if (wanted) wanted.respond(bytes.length);
      else controller.enqueue(bytes);
      await endIfDone(controller);
    },
  };
  return new ReadableStream(source);
};

/** Bytes as they come from whoever keeps them. */
const passedOn = (flow: Flow, pieces: Pieces): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const source = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  const endIfDone = async (controller: ReadableStreamDefaultController): Promise<void> => {
    if (flow.left() > 0) return;
    await flow.finish();
    controller.close();
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: endIfDone,
      pull: async (controller) => {
        if (!flow.goesOn()) return controller.close();
        const part = await source.next();
        if (part.done === true) throw new Error(`A file ends ${flow.left()} bytes before the size that its inventory states.`);
        const bytes = part.value.subarray(0, flow.left());
        flow.note(bytes);
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
