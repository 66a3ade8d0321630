/** A sink that keeps each verified file in memory, as a `Blob`. */

import type { IncomingFile, Sink, SinkFile } from '../transfer/sink.ts';
import { createBatchWriter } from './batch-writer.ts';
import { sinkOptions, type SinkOptions } from './sink-options.ts';

/** A sink whose files can be read. */
export interface BlobSink extends Sink {
  /** Returns the file with this name; `undefined` before its `saved` event. */
  blob(name: string): Blob | undefined;
}

/** The bytes of a file whose transfer was interrupted. */
interface KeptBytes {
  readonly file: IncomingFile;
  readonly parts: readonly Blob[];
}

/**
 * Creates a sink that keeps every file as a `Blob`. Browsers move large Blobs to the disk. A file whose transfer was interrupted is continued
 * by the next download into the same sink.
 *
 * @param options - `createHash` for checksums, which the web platform cannot compute of a stream; without it, only lengths are verified
 */
export const toBlob = (options: SinkOptions = {}): BlobSink => {
  const blobs = new Map<string, Blob>();
  const interrupted = new Map<string, KeptBytes>();
  return {
    ...sinkOptions(options),
    blob: (name) => blobs.get(name),
    open: async (file) => {
      const { name } = file;
      const kept = interrupted.get(name);
      interrupted.delete(name);
      let parts: readonly Blob[] = kept !== undefined && isSameFile(kept.file, file) ? kept.parts : [];
      const batch = createBatchWriter((bytes) => {
        parts = [...parts, new Blob([bytes])];
      });
      const readAll: SinkFile['readBack'] = async (consume) => {
        await batch.flush();
        for (const part of parts) await consume(new Uint8Array(await part.arrayBuffer()));
      };
      const reset = async (): Promise<void> => {
        batch.clear();
        parts = [];
      };
      return {
        keptBytes: parts.reduce((sum, { size }) => sum + size, 0),
        replay: readAll,
        write: (bytes) => batch.add(bytes),
        readBack: readAll,
        restart: reset,
        commit: async () => {
          await batch.flush();
          blobs.set(name, new Blob([...parts]));
        },
        suspend: async () => {
          await batch.flush();
          if (file.content !== undefined) interrupted.set(name, { file, parts });
        },
        discard: reset,
      };
    },
  };
};

/** Returns true if the bytes of both are the same. */
const isSameFile = (one: IncomingFile, other: IncomingFile): boolean =>
  one.content !== undefined &&
  other.content !== undefined &&
  one.size === other.size &&
  one.content.itemId === other.content.itemId &&
  one.content.contentVersion === other.content.contentVersion &&
  one.content.fileVersion === other.content.fileVersion;
