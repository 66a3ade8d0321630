/** Calls `fdatasync` every 64 MiB, so that a power cut loses little and the final `fsync` is short. */

import type { FileHandle } from 'node:fs/promises';
import { refusalOf } from './not-supported.ts';

/** Bytes. */
const SYNC_INTERVAL = 64 * 1024 * 1024;

/** At most one sync of a file is in flight. `done` rejects with its error, because the system reports it only once. */
export class PeriodicSync {
  readonly #handle: FileHandle;
  readonly #onSynced: (synced: number) => Promise<void>;
  #synced: number;
  #inFlight: Promise<void> | undefined;

  /** @param onSynced - called with the number of bytes that survive a power cut */
  constructor(handle: FileHandle, synced: number, onSynced: (synced: number) => Promise<void>) {
    this.#handle = handle;
    this.#synced = synced;
    this.#onSynced = onSynced;
  }

  /** Called with the number of bytes written; may start a sync in the background. */
  onWritten(written: number): void {
    if (this.#inFlight !== undefined || written - this.#synced < SYNC_INTERVAL) return;
    this.#inFlight = this.#sync(written);
    this.#inFlight.catch(() => undefined);
  }

  /** Waits for the sync in flight. */
  async done(): Promise<void> {
    await this.#inFlight;
  }

  async #sync(written: number): Promise<void> {
    // Where syncing is not supported, this stays the last attempt.
    if ((await refusalOf(this.#handle.datasync())) !== undefined) return;
    await this.#onSynced(written);
    this.#synced = written;
    this.#inFlight = undefined;
  }
}
