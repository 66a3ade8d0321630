/** A sink that keeps each verified file in memory, as a `Blob`. */

import type { Sink } from '../transfer/sink.ts';
import { createBatchWriter } from './batch-writer.ts';
import { sinkOptions, type SinkOptions } from './sink-options.ts';

/** A sink whose files can be read. */
export interface BlobSink extends Sink {
  /** Returns the file with this name; `undefined` before its `saved` event. */
  blob(name: string): Blob | undefined;
}

/**
 * Creates a sink that keeps every file as a `Blob`. Browsers move large Blobs to the disk.
 *
 * @param options - `createHash` for checksums, which the web platform cannot compute of a stream; without it, only lengths are verified
 */
export const toBlob = (options: SinkOptions = {}): BlobSink => {
  const blobs = new Map<string, Blob>();
  return {
    ...sinkOptions(options),
    blob: (name) => blobs.get(name),
    open: async ({ name }) => {
      let parts: Blob[] = [];
      const batch = createBatchWriter((bytes) => void parts.push(new Blob([bytes])));
      const reset = async (): Promise<void> => {
        batch.clear();
        parts = [];
      };
      return {
        write: (bytes) => batch.add(bytes),
        readBack: async (consume) => {
          await batch.flush();
          for (const part of parts) await consume(new Uint8Array(await part.arrayBuffer()));
        },
        restart: reset,
        commit: async () => {
          await batch.flush();
          blobs.set(name, new Blob(parts));
        },
        discard: reset,
      };
    },
  };
};
