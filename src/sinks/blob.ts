/** Files in memory: each is a Blob once it is proven. */

import type { Sink } from '../transfer/sink.ts';
import { createBatchWriter } from './batch-writer.ts';

/** A sink whose files can be had. */
export interface BlobSink extends Sink {
  /** The file of that name: from its `saved` event on, `undefined` before. */
  blob(name: string): Blob | undefined;
}

/**
 * A sink that keeps every file as a Blob, until the sink itself is forgotten. Browsers put large Blobs on the disk.
 *
 * @param options - checksums, which the web platform cannot make of a stream; without them files are proven by their length
 */
export const toBlob = (options: Pick<Sink, 'createHash'> = {}): BlobSink => {
  const blobs = new Map<string, Blob>();
  return {
    ...options,
    blob: (name) => blobs.get(name),
    open: async ({ name }) => {
      let parts: Blob[] = [];
      const batch = createBatchWriter((bytes) => void parts.push(new Blob([bytes])));
      const forget = async (): Promise<void> => {
        batch.clear();
        parts = [];
      };
      return {
        write: (bytes) => batch.add(bytes),
        restart: forget,
        commit: async () => {
          await batch.flush();
          blobs.set(name, new Blob(parts));
        },
        discard: forget,
      };
    },
  };
};
