/** Node's streams as the web's. */

import type { Readable } from 'node:stream';

/** A web stream of a Node stream's bytes; it reads no further than it is read, and cancelling it destroys its source. */
export const bytesOf = (source: Readable): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const chunks: AsyncIterator<Uint8Array<ArrayBuffer>> = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull: async (controller) => {
        const chunk = await chunks.next();
        if (chunk.done === true) controller.close();
        else controller.enqueue(chunk.value);
      },
      cancel: () => {
        source.destroy();
      },
    },
    { highWaterMark: 0 },
  );
};
