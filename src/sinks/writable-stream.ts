/** A sink that writes one file to a web stream. */

import { SinkError } from '../errors/index.ts';
import type { Sink } from '../transfer/sink.ts';
import { createBatchWriter } from './batch-writer.ts';
import { sinkOptions, type SinkOptions } from './sink-options.ts';

/**
 * Creates a sink that writes the bytes of one file to a stream, in chunks of 1 MiB: a file picked with `showSaveFilePicker`, the body of an
 * upload. The stream is closed when the file is verified, and aborted otherwise: a stream that publishes its bytes on close never publishes
 * an incomplete file.
 *
 * Errors: `SinkError` for a second file, or with the stream's error as its cause.
 *
 * @param options - `createHash` for checksums, which the web platform cannot compute of a stream; without it, only the length is verified
 */
export const toWritableStream = (stream: WritableStream<Uint8Array>, options: SinkOptions = {}): Sink => {
  let isUsed = false;
  return {
    ...sinkOptions(options),
    open: async ({ name }) => {
      if (isUsed)
        throw new SinkError({ path: name, reason: 'a stream can hold only one file. Choose a single file, or use a directory.' });
      isUsed = true;
      const writer = stream.getWriter();
      const batch = createBatchWriter(async (bytes) => {
        await writer.ready;
        // The next call rejects with this error.
        writer.write(bytes).catch(() => undefined);
      });
      // Without a handler, an error of the stream would be an unhandled rejection.
      writer.closed.catch(() => undefined);
      return {
        write: (bytes) => batch.add(bytes),
        commit: async () => {
          await batch.flush();
          await writer.close();
        },
        discard: () => writer.abort(new SinkError({ path: name, reason: 'the download was aborted.' })),
      };
    },
  };
};
