/** A tar archive that is written to a file of a sink, one entry after the other. */

import type { CommitResult, SinkFile } from '../../index.ts';

/** The bytes of one entry. */
export interface TarEntry {
  /** Writes the next bytes; waits while the archive is written more slowly. */
  write(bytes: Uint8Array, freeBuffer?: (bytes: Uint8Array) => void): Promise<void>;
  /** Ends the entry; rejects if it has another number of bytes than stated. */
  close(): Promise<void>;
}

/** An archive that is being written. Each method rejects with the error of the file, once that has failed. */
export interface TarArchive {
  /** Bytes of the archive that were written so far. */
  readonly bytes: number;
  /** Begins an entry of `size` bytes. The previous one MUST be closed. */
  add(name: string, size: number): TarEntry;
  /** Writes the end of the archive, and commits the file. */
  finish(): Promise<CommitResult>;
  /** Discards the file, unless the archive is finished. */
  discard(): Promise<void>;
}

/**
 * Creates an archive in the POSIX format: ustar, with extended headers for entries from 8 GiB on. At most 8 MiB are buffered.
 *
 * @param file - Receives the bytes; it is committed or discarded with the archive.
 * @param modifiedAt - The time of modification of all entries.
 */
export const createTarArchive = async (file: SinkFile, modifiedAt: Date): Promise<TarArchive> => {
  // Loaded for an OVA only.
  const { createTarPacker } = await import('modern-tar');
  const { readable, controller } = createTarPacker();
  const frees = new WeakMap<Uint8Array, (bytes: Uint8Array) => void>();
  let bytes = 0;
  let state: 'open' | 'finished' | 'discarded' = 'open';

  let failure: { readonly thrown: unknown } | undefined;
  const write = async (chunk: Uint8Array): Promise<void> => {
    const { byteLength } = chunk;
    try {
      await file.write(chunk, frees.get(chunk));
      bytes += byteLength;
    } catch (thrown) {
      failure ??= { thrown };
      throw thrown;
    }
  };
  const writeAll = async (): Promise<void> => {
    // An error ends the loop, which cancels the stream: the entry is then not written any more.
    for await (const chunk of readable) await write(chunk);
  };
  const written = writeAll().catch((thrown: unknown) => {
    failure ??= { thrown };
  });
  const orFailure = async <A>(operation: Promise<A>): Promise<A> => {
    try {
      return await operation;
    } catch (thrown) {
      throw failure === undefined ? thrown : failure.thrown;
    }
  };
  return {
    get bytes() {
      return bytes;
    },
    add: (name, size) => {
      if (failure !== undefined) throw failure.thrown;
      const writer = controller.add({ name, size, mtime: modifiedAt, mode: 0o644, type: 'file' }).getWriter();
      // What fails is reported by the next call.
      writer.closed.catch(() => undefined);
      return {
        write: (chunk, freeBuffer) => {
          if (freeBuffer !== undefined) frees.set(chunk, freeBuffer);
          return orFailure(writer.write(chunk));
        },
        close: () => orFailure(writer.close()),
      };
    },
    finish: async () => {
      if (failure === undefined) controller.finalize();
      await written;
      if (failure !== undefined) throw failure.thrown;
      const result = await file.commit({ verified: 'length' });
      state = 'finished';
      return result ?? {};
    },
    discard: async () => {
      if (state !== 'open') return;
      state = 'discarded';
      controller.error(new Error('the archive was discarded'));
      await Promise.all([file.discard(), written]);
    },
  };
};
