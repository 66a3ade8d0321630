/** One file's bytes into a stream of the web platform. */

import { SinkError } from '../errors/index.ts';
import type { Sink } from '../transfer/sink.ts';
import { createBatchWriter } from './batch-writer.ts';

/**
 * A sink that writes the bytes of one file into a stream, in pieces of a mebibyte: a file that was picked with `showSaveFilePicker`, the
 * body of an upload. The stream is closed when the file is proven, and aborted when it is not: a stream that shows nothing before it is
 * closed shows nothing that is not whole.
 *
 * Errors: a second file is a `SinkError`; what the stream errors with is the cause of one.
 *
 * @param options - checksums, which the web platform cannot make of a stream; without them the file is proven by its length
 */
export const toWritableStream = (stream: WritableStream<Uint8Array>, options: Pick<Sink, 'createHash'> = {}): Sink => {
  let taken = false;
  return {
    ...options,
    open: async ({ name }) => {
      if (taken) throw new SinkError({ path: name, reason: 'a stream takes one file. Choose one, or use a directory.' });
      taken = true;
      const writer = stream.getWriter();
      const batch = createBatchWriter(async (bytes) => {
        await writer.ready;
        // Whatever comes next tells that it failed.
        writer.write(bytes).catch(() => undefined);
      });
      // An error of a stream that nobody waits for would be one that nobody handles.
      writer.closed.catch(() => undefined);
      return {
        write: (bytes) => batch.add(bytes),
        commit: async () => {
          await batch.flush();
          await writer.close();
        },
        discard: () => writer.abort(new SinkError({ path: name, reason: 'its download did not come to its end.' })),
      };
    },
  };
};
