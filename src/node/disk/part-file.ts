/** One file on its way to the disk: `NAME.part` until it is whole, then `NAME`. */

import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SinkError, type SinkFile } from '../../index.ts';
import { BatchedWriter } from './batched-writer.ts';
import { diskError } from './disk-error.ts';
import { lstatIfExists, fsyncDirectory, identityOf, unlinkIfExists, isSameFile, type Identity } from './no-follow-fs.ts';
import { publish } from './publish.ts';
import { PeriodicSync } from './periodic-sync.ts';
import { createExclusive, type Sidecar } from './sidecar.ts';

/** What is open of a file. */
export interface OpenPart {
  readonly path: string;
  readonly size: number | undefined;
  readonly force: boolean;
  readonly sidecar: Sidecar;
  readonly handle: FileHandle;
  readonly identity: Identity;
  readonly kept: number;
}

/** What is written to the disk under the name of `.part`. */
export class PartFile implements SinkFile {
  readonly path: string;
  readonly keptBytes: number;
  readonly #part: string;
  readonly #size: number | undefined;
  readonly #force: boolean;
  readonly #sidecar: Sidecar;
  #handle: FileHandle;
  #identity: Identity;
  #batches: BatchedWriter;
  /** The work on the disk that is under way; `suspend` and `discard` may come in the middle of it. */
  #pending: Promise<void> = Promise.resolve();
  #state: 'open' | 'committed' | 'suspended' | 'discarded' = 'open';
  #hasName = false;
  /** Bytes that a commit has flushed. */
  #flushed = 0;

  constructor({ path, size, force, sidecar, handle, identity, kept }: OpenPart) {
    this.path = path;
    this.keptBytes = kept;
    this.#part = `${path}.part`;
    this.#size = size;
    this.#force = force;
    this.#sidecar = sidecar;
    this.#handle = handle;
    this.#identity = identity;
    this.#batches = this.#batchesFrom(kept);
  }

  /** Bytes that are still to come, as far as is known. */
  get missing(): number {
    return this.#state === 'open' ? Math.max(0, (this.#size ?? 0) - this.#batches.position) : 0;
  }

  async replay(take: (bytes: Uint8Array) => void | Promise<void>): Promise<void> {
    const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
    for (let at = 0; at < this.keptBytes;) {
      this.#assertOpen();
      const length = Math.min(buffer.byteLength, this.keptBytes - at);
      const { bytesRead } = await this.#handle.read(buffer, 0, length, at).catch((thrown: unknown) => {
        throw diskError(this.path, thrown);
      });
      if (bytesRead === 0) throw this.#changed();
      await take(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  }

  write(bytes: Uint8Array, release?: (bytes: Uint8Array) => void): void | Promise<void> {
    this.#assertOpen();
    const waiting = this.#batches.add(bytes, release);
    return waiting === undefined ? undefined : this.#work(() => waiting);
  }

  restart(): Promise<void> {
    return this.#work(async () => {
      this.#assertOpen();
      await this.#batches.settled();
      await this.#assertOwnership();
      await this.#handle.close();
      // Not cut to nothing: a process that took it up again on another machine may still be writing into it.
      await this.#sidecar.forget();
      await unlinkIfExists(this.#part);
      this.#handle = await createExclusive(this.path, this.#part);
      this.#identity = await identityOf(this.#handle);
      await this.#sidecar.note(0);
      this.#batches = this.#batchesFrom(0);
      this.#flushed = 0;
    });
  }

  commit(): Promise<void> {
    return this.#work(async () => {
      this.#assertOpen();
      await this.#batches.flush();
      await this.#batches.sync();
      this.#flushed = this.#batches.position;
      if ((await this.#handle.stat()).size !== this.#batches.position) throw this.#changed();
      await this.#assertOwnership();
      await this.#handle.close();
      this.#assertOpen();
      const isLinked = await publish(this.#part, this.path, this.#force);
      this.#hasName = true;
      if (isLinked) await unlinkIfExists(this.#part);
      // Should it stay, the next download sweeps it away.
      await this.#sidecar.remove().catch(() => undefined);
      await fsyncDirectory(dirname(this.path));
      if (this.#state === 'discarded') this.#assertOpen();
      this.#state = 'committed';
    });
  }

  suspend(): Promise<void> {
    return this.#end('suspended', async () => {
      await this.#batches.flush().catch(() => undefined);
      const there = await lstatIfExists(this.#part).catch(() => undefined);
      const flushed = await this.#batches.sync().then(
        () => Number(there?.size ?? 0),
        () => Math.max(this.#flushed, this.#sidecar.flushed),
      );
      await this.#batches.settled();
      await this.#handle.close().catch(() => undefined);
      // A commit that was already giving the name: the file is whole, proven, and stays.
      const isOfUse = this.#sidecar.isResumable && !this.#hasName && there !== undefined && there.size > 0n;
      return isOfUse ? this.#sidecar.release(flushed) : this.#remove();
    });
  }

  discard(): Promise<void> {
    return this.#end('discarded', async () => {
      await this.#batches.settled();
      await this.#handle.close().catch(() => undefined);
      await this.#remove();
      // A commit that was already giving the name. What was replaced by force cannot come back: then the new file, which is whole, stays.
      if (this.#hasName && !this.#force && (await isSameFile(this.path, this.#identity))) await unlinkIfExists(this.path);
    });
  }

  async #end(state: 'suspended' | 'discarded', work: () => Promise<void>): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = state;
    await this.#pending.catch(() => undefined);
    await this.#work(work);
  }

  #batchesFrom(start: number): BatchedWriter {
    const periodicSync = new PeriodicSync(this.#handle, Math.min(start, this.#sidecar.flushed), (flushed) =>
      this.#sidecar.note(flushed),
    );
    return new BatchedWriter(this.#handle, start, periodicSync);
  }

  #work(work: () => Promise<void>): Promise<void> {
    this.#pending = work().catch((thrown: unknown) => {
      throw diskError(this.path, thrown);
    });
    return this.#pending;
  }

  async #remove(): Promise<void> {
    try {
      if ((await this.#sidecar.isOurs()) && (await isSameFile(this.#part, this.#identity))) await unlinkIfExists(this.#part);
    } finally {
      await this.#sidecar.remove();
    }
  }

  /** A process on another machine, or an older version of this one, may have put its own `.part` in the place of ours. */
  async #assertOwnership(): Promise<void> {
    if ((await isSameFile(this.#part, this.#identity)) && (await this.#sidecar.isOurs())) return;
    const reason = 'another download has taken over its .part file. Run only one at a time.';
    throw new SinkError({ path: this.path, reason, code: 'EBUSY' });
  }

  #changed(): SinkError {
    const reason = 'somebody else has changed its .part file. Remove it, then start the download again.';
    return new SinkError({ path: this.path, reason, code: 'EBUSY' });
  }

  #assertOpen(): void {
    if (this.#state !== 'open') throw new SinkError({ path: this.path, reason: `it was ${this.#state} before.` });
  }
}
