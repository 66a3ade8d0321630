/** Brings the bytes of a file to the disk itself while others still come: little is lost with the power, and the last flush is short. */

import type { FileHandle } from 'node:fs/promises';

/** Bytes. */
const SYNC_INTERVAL = 64 * 1024 * 1024;

/** Flushes of one file, one at a time. One that fails is told by `done`: the system tells it only once. */
export class PeriodicSync {
  readonly #handle: FileHandle;
  readonly #note: (flushed: number) => Promise<void>;
  #flushed: number;
  #running: Promise<void> | undefined;

  /** @param note - told how many bytes survive a power cut */
  constructor(handle: FileHandle, flushed: number, note: (flushed: number) => Promise<void>) {
    this.#handle = handle;
    this.#flushed = flushed;
    this.#note = note;
  }

  /** So many bytes were given to the system. Nothing waits for what this may begin. */
  onWritten(written: number): void {
    if (this.#running !== undefined || written - this.#flushed < SYNC_INTERVAL) return;
    this.#running = this.#flush(written);
    this.#running.catch(() => undefined);
  }

  /** No flush is under way any more. */
  async done(): Promise<void> {
    await this.#running;
  }

  async #flush(written: number): Promise<void> {
    await this.#handle.datasync();
    await this.#note(written);
    this.#flushed = written;
    this.#running = undefined;
  }
}
