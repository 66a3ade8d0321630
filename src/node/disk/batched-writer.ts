/** Joins small pieces into large writes: one batch is gathered while the one before it is on its way to the disk. */

import type { FileHandle } from 'node:fs/promises';
import type { PeriodicSync } from './periodic-sync.ts';
import { writeAll } from './write-all.ts';

/** Bytes come in pieces of 16 KB; the disk is asked once for so many of them. */
const batchSize = 1024 * 1024;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly release: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * The way of one file's bytes to the disk. A write that fails is told by the next call, and then by each.
 *
 * Pieces are gathered, not copied into a buffer of their own: that took more time, and saved no memory.
 */
export class BatchedWriter {
  readonly #handle: FileHandle;
  readonly #rolling: PeriodicSync;
  #gathered: Chunk[] = [];
  #length = 0;
  /** Where in the file the batch that is being gathered begins. */
  #start: number;
  #onWay: Promise<void> = Promise.resolve();

  /** @param start - where in the file the first byte will stand */
  constructor(handle: FileHandle, start: number, rolling: PeriodicSync) {
    this.#handle = handle;
    this.#start = start;
    this.#rolling = rolling;
  }

  /** Where the next byte will stand. */
  get position(): number {
    return this.#start + this.#length;
  }

  /** Most pieces only join a batch, and need no promise. They are given back when they are written. */
  add(bytes: Uint8Array, release?: (bytes: Uint8Array) => void): void | Promise<void> {
    this.#gathered.push({ bytes, release });
    this.#length += bytes.byteLength;
    return this.#length < batchSize ? undefined : this.#send();
  }

  /** All bytes that were added are given to the system. */
  async flush(): Promise<void> {
    if (this.#length > 0) await this.#send();
    await this.#onWay;
  }

  /** All bytes that were given to the system survive a power cut. */
  async sync(): Promise<void> {
    await this.#rolling.done();
    await this.#handle.sync();
  }

  /** Nothing of it is on its way any more, be it written or not. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#onWay, this.#rolling.done()]);
  }

  /** Waits for the batch that is on its way, and no longer. */
  async #send(): Promise<void> {
    const [pieces, length] = [this.#gathered, this.#length];
    await this.#onWay;
    this.#rolling.onWritten(this.#start);
    this.#onWay = this.#write(pieces, length, this.#start);
    this.#start += length;
    this.#gathered = [];
    this.#length = 0;
    // It is told later, by whatever comes next.
    this.#onWay.catch(() => undefined);
  }

  async #write(pieces: readonly Chunk[], length: number, start: number): Promise<void> {
    const parts = pieces.map(({ bytes }) => bytes);
    const { bytesWritten } = await this.#handle.writev(parts, start);
    // A disk that is nearly full takes less than it was given before it says so.
    if (bytesWritten < length) await writeAll(this.#handle, Buffer.concat(parts).subarray(bytesWritten), start + bytesWritten);
    for (const { bytes, release } of pieces) release?.(bytes);
  }
}
