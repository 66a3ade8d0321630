/** Node's streams as the web's. */

import { finished, type Readable } from 'node:stream';

/**
 * Bytes that are read ahead, so that a reader finds the next ones there. TLS hands out 16 KB at a time: a wait for each of them costs
 * more than they do.
 */
const ahead = 2 * 1024 * 1024;

/**
 * A web stream of a Node stream's bytes, as they come and without copying them; it reads two mebibytes further than it is read.
 * Cancelling it destroys its source. When the source breaks, what has come is read first, and then the error.
 */
export const toWebStream = (source: Readable): ReadableStream<Uint8Array<ArrayBuffer>> => {
  let isCancelled = false;
  let broken: { readonly error: unknown } | undefined;
  const tellBroken = (controller: ReadableStreamDefaultController): void => {
    // An error makes a web stream forget what it holds.
    if (broken !== undefined && controller.desiredSize === ahead) controller.error(broken.error);
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: (controller) => {
        source.pause();
        source.on('data', (bytes: Uint8Array<ArrayBuffer>) => {
          if (isCancelled) return;
          controller.enqueue(bytes);
          if ((controller.desiredSize ?? 0) <= 0) source.pause();
        });
        finished(source, { writable: false }, (error) => {
          if (isCancelled) return;
          if (error === null || error === undefined) return controller.close();
          broken = { error };
          tellBroken(controller);
        });
      },
      pull: (controller) => {
        // Not for every piece: to stop and to go on costs as much as a piece does.
        if ((controller.desiredSize ?? 0) >= ahead / 2) source.resume();
        tellBroken(controller);
      },
      cancel: () => {
        isCancelled = true;
        source.destroy();
      },
    },
    { highWaterMark: ahead, size: ({ byteLength }) => byteLength },
  );
};
