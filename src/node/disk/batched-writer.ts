/** Joins small chunks into large writes: one batch fills while the previous one is written. */

import type { FileHandle } from 'node:fs/promises';
import { refusalOf } from './not-supported.ts';
import type { PeriodicSync } from './periodic-sync.ts';

/** Bytes; chunks arrive in 16 KB. */
const BATCH_SIZE = 1024 * 1024;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly freeBuffer: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * Writes the bytes of one file in order. Once a write has failed, every later call rejects.
 *
 * Chunks are written with `writev`, not copied into a buffer: copying took more time and saved no memory.
 */
export class BatchedWriter {
  readonly #handle: FileHandle;
  readonly #periodicSync: PeriodicSync;
  #batch: Chunk[] = [];
  #batchLength = 0;
  /** Offset of the batch in the file. */
  #batchStart: number;
  #inFlight: Promise<void> = Promise.resolve();
  #failedSync: Promise<unknown> | undefined;

  /** @param start - offset of the first byte in the file */
  constructor(handle: FileHandle, start: number, periodicSync: PeriodicSync) {
    this.#handle = handle;
    this.#batchStart = start;
    this.#periodicSync = periodicSync;
  }

  /** Offset of the next byte in the file. */
  get position(): number {
    return this.#batchStart + this.#batchLength;
  }

  /** Most chunks only join a batch, and need no promise. Each is released when it has been written. */
  add(bytes: Uint8Array, freeBuffer?: (bytes: Uint8Array) => void): void | Promise<void> {
    this.#batch.push({ bytes, freeBuffer });
    this.#batchLength += bytes.byteLength;
    return this.#batchLength < BATCH_SIZE ? undefined : this.#writeBatch();
  }

  /** Writes all bytes that were added. */
  async flush(): Promise<void> {
    if (this.#batchLength > 0) await this.#writeBatch();
    await this.#inFlight;
  }

  /**
   * Makes all written bytes survive a power cut. Returns the error of a file system that does not support it. Once it has rejected, every
   * later call rejects: the system reports lost bytes only once.
   */
  async sync(): Promise<unknown> {
    await this.#periodicSync.done();
    await this.#failedSync;
    const syncing = refusalOf(this.#handle.sync());
    return syncing.catch(() => (this.#failedSync = syncing));
  }

  /** Waits until no write or sync is in flight, whether they succeed or not. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#inFlight, this.#periodicSync.done()]);
  }

  /** Waits only for the previous batch. */
  async #writeBatch(): Promise<void> {
    const [chunks, length] = [this.#batch, this.#batchLength];
    await this.#inFlight;
    this.#periodicSync.onWritten(this.#batchStart);
    this.#inFlight = this.#write(chunks, length, this.#batchStart);
    this.#batchStart += length;
    this.#batch = [];
    this.#batchLength = 0;
    // The next call rejects with a write error.
    this.#inFlight.catch(() => undefined);
  }

  async #write(chunks: readonly Chunk[], length: number, start: number): Promise<void> {
    const buffers = chunks.map(({ bytes }) => bytes);
    const { bytesWritten } = await this.#handle.writev(buffers, start);
    if (bytesWritten < length) await writeAll(this.#handle, Buffer.concat(buffers).subarray(bytesWritten), start + bytesWritten);
    for (const { bytes, freeBuffer } of chunks) freeBuffer?.(bytes);
  }
}

/** Repeats short writes: a disk that is nearly full writes less than requested before it reports an error. */
export const writeAll = async (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < bytes.byteLength;)
    done += (await handle.write(bytes, done, bytes.byteLength - done, position + done)).bytesWritten;
};
