/** Converts a Node stream to a web stream of bytes. */

import { finished, type Readable } from 'node:stream';

/** Bytes to read ahead. TLS delivers 16 KB at a time: waiting for each chunk costs more than the chunk. */
const READ_AHEAD = 2 * 1024 * 1024;

/**
 * Returns a byte stream, which reads 2 MiB ahead. Chunks with a buffer of their own are not copied. Cancelling it destroys the source. When the source errors,
 * the bytes received before are read first, and then the error.
 */
export const toWebStream = (source: Readable): ReadableStream<Uint8Array<ArrayBuffer>> => {
  let isCancelled = false;
  let failure: { readonly error: unknown } | undefined;
  const errorWhenDrained = (controller: ReadableByteStreamController): void => {
    // `error` would drop the chunks in the queue.
    if (failure !== undefined && controller.desiredSize === READ_AHEAD) controller.error(failure.error);
  };
  return new ReadableStream(
    {
      type: 'bytes',
      start: (controller) => {
        source.pause();
        source.on('data', (bytes: Uint8Array<ArrayBuffer>) => {
          if (isCancelled) return;
          controller.enqueue(ownBytes(bytes));
          if ((controller.desiredSize ?? 0) <= 0) source.pause();
        });
        finished(source, { writable: false }, (error) => {
          if (isCancelled) return;
          if (error === null || error === undefined) return close(controller);
          failure = { error };
          errorWhenDrained(controller);
        });
      },
      pull: (controller) => {
        // Only when half empty: pause and resume per chunk cost as much as the chunk.
        if ((controller.desiredSize ?? 0) >= READ_AHEAD / 2) source.resume();
        errorWhenDrained(controller);
      },
      cancel: () => {
        isCancelled = true;
        source.destroy();
      },
    },
    { highWaterMark: READ_AHEAD },
  );
};

/** A read into a buffer of the reader, which waits for bytes, ends only with a response. */
const close = (controller: ReadableByteStreamController): void => {
  controller.close();
  controller.byobRequest?.respond(0);
};

/** A byte stream detaches the buffers of its chunks. Node's HTTP parser allocates one for each chunk; decoders use theirs for several. */
const ownBytes = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
