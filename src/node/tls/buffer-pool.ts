/** Buffers that are used again: allocating one for each read would make the garbage collector run more often. */

/** Hands out buffers of one size. */
export class BufferPool {
  readonly #size: number;
  readonly #maxFree: number;
  readonly #free: Buffer[] = [];

  /**
   * @param size - Bytes of each buffer.
   * @param maxFree - Maximum number of unused buffers to keep.
   */
  constructor(size: number, maxFree: number) {
    this.#size = size;
    this.#maxFree = maxFree;
  }

  /** Returns a buffer with any content. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#size);
  }

  /** Takes a buffer back. Nothing may read it or write to it afterwards. */
  release(buffer: Buffer): void {
    if (this.#free.length < this.#maxFree) this.#free.push(buffer);
  }
}
