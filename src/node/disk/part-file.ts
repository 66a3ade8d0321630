/** A file being written: `NAME.part` until it is complete, then `NAME`. */

import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SinkError, type SinkFile } from '../../index.ts';
import { BatchedWriter } from './batched-writer.ts';
import { diskError } from './disk-error.ts';
import { fsyncDirectory, identityOf, isSameFile, lstatIfExists, unlinkIfExists, type Identity } from './no-follow-fs.ts';
import { PeriodicSync } from './periodic-sync.ts';
import { publish } from './publish.ts';
import { createExclusive, type Sidecar } from './sidecar.ts';

/** An open `.part` and its sidecar. */
export interface PartFileOptions {
  readonly path: string;
  readonly part: string;
  readonly size: number | undefined;
  readonly force: boolean;
  readonly sidecar: Sidecar;
  readonly handle: FileHandle;
  readonly identity: Identity;
  readonly keptBytes: number;
}

/** Owns the `.part` and its sidecar until it is committed, suspended or discarded. */
export class PartFile implements SinkFile {
  readonly path: string;
  readonly keptBytes: number;
  readonly #part: string;
  readonly #size: number | undefined;
  readonly #force: boolean;
  readonly #sidecar: Sidecar;
  #handle: FileHandle;
  #identity: Identity;
  #writer: BatchedWriter;
  /** The operation in flight; `suspend` and `discard` may be called during it. */
  #pending: Promise<void> = Promise.resolve();
  #state: 'open' | 'committed' | 'suspended' | 'discarded' = 'open';
  #isPublished = false;
  /** Bytes that a commit has synced. */
  #syncedBytes = 0;

  constructor({ path, part, size, force, sidecar, handle, identity, keptBytes }: PartFileOptions) {
    this.path = path;
    this.keptBytes = keptBytes;
    this.#part = part;
    this.#size = size;
    this.#force = force;
    this.#sidecar = sidecar;
    this.#handle = handle;
    this.#identity = identity;
    this.#writer = this.#createWriter(keptBytes);
  }

  /** Bytes still to be written, as far as known. */
  get missing(): number {
    return this.#state === 'open' ? Math.max(0, (this.#size ?? 0) - this.#writer.position) : 0;
  }

  replay(consume: (bytes: Uint8Array) => void | Promise<void>): Promise<void> {
    return this.#read(this.keptBytes, consume);
  }

  async readBack(consume: (bytes: Uint8Array) => void | Promise<void>): Promise<void> {
    await this.#run(() => this.#writer.flush());
    await this.#read(this.#writer.position, consume);
  }

  async #read(end: number, consume: (bytes: Uint8Array) => void | Promise<void>): Promise<void> {
    const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
    for (let position = 0; position < end;) {
      this.#assertOpen();
      const length = Math.min(buffer.byteLength, end - position);
      const { bytesRead } = await this.#handle.read(buffer, 0, length, position).catch((thrown: unknown) => {
        throw diskError(this.path, thrown);
      });
      if (bytesRead === 0) throw this.#changedError();
      await consume(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  }

  write(bytes: Uint8Array, release?: (bytes: Uint8Array) => void): void | Promise<void> {
    this.#assertOpen();
    const written = this.#writer.add(bytes, release);
    return written === undefined ? undefined : this.#run(() => written);
  }

  restart(): Promise<void> {
    return this.#run(async () => {
      this.#assertOpen();
      await this.#writer.settled();
      await this.#assertOwnership();
      await this.#handle.close();
      // Not truncated: a process on another machine that resumed it may still be writing to it.
      await this.#sidecar.invalidate();
      await unlinkIfExists(this.#part);
      this.#handle = await createExclusive(this.path, this.#part);
      this.#identity = await identityOf(this.#handle);
      await this.#sidecar.validate(0);
      this.#writer = this.#createWriter(0);
      this.#syncedBytes = 0;
    });
  }

  commit(): Promise<void> {
    return this.#run(async () => {
      this.#assertOpen();
      await this.#writer.flush();
      await this.#writer.sync();
      this.#syncedBytes = this.#writer.position;
      if ((await this.#handle.stat()).size !== this.#writer.position) throw this.#changedError();
      await this.#assertOwnership();
      await this.#handle.close();
      this.#assertOpen();
      const isLinked = await publish(this.#part, this.path, this.#force);
      this.#isPublished = true;
      if (isLinked) await unlinkIfExists(this.#part);
      // If this fails, the next download removes it.
      await this.#sidecar.remove().catch(() => undefined);
      await fsyncDirectory(dirname(this.path));
      if (this.#state === 'discarded') this.#assertOpen();
      this.#state = 'committed';
    });
  }

  suspend(): Promise<void> {
    return this.#end('suspended', async () => {
      await this.#writer.flush().catch(() => undefined);
      const stats = await lstatIfExists(this.#part).catch(() => undefined);
      const syncedBytes = await this.#writer.sync().then(
        () => Number(stats?.size ?? 0),
        () => Math.max(this.#syncedBytes, this.#sidecar.syncedBytes),
      );
      await this.#writer.settled();
      await this.#handle.close().catch(() => undefined);
      // If a commit was publishing it, the file is complete and verified, and stays.
      const isWorthKeeping = this.#sidecar.isResumable && !this.#isPublished && stats !== undefined && stats.size > 0n;
      return isWorthKeeping ? this.#sidecar.release(syncedBytes) : this.#remove();
    });
  }

  discard(): Promise<void> {
    return this.#end('discarded', async () => {
      await this.#writer.settled();
      await this.#handle.close().catch(() => undefined);
      await this.#remove();
      // If a commit has published it: a file replaced by force cannot be restored, so the new, complete one stays.
      if (this.#isPublished && !this.#force && (await isSameFile(this.path, this.#identity))) await unlinkIfExists(this.path);
    });
  }

  async #end(state: 'suspended' | 'discarded', operation: () => Promise<void>): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = state;
    await this.#pending.catch(() => undefined);
    await this.#run(operation);
  }

  #createWriter(start: number): BatchedWriter {
    const periodicSync = new PeriodicSync(this.#handle, Math.min(start, this.#sidecar.syncedBytes), (syncedBytes) =>
      this.#sidecar.validate(syncedBytes),
    );
    return new BatchedWriter(this.#handle, start, periodicSync);
  }

  #run(operation: () => Promise<void>): Promise<void> {
    this.#pending = operation().catch((thrown: unknown) => {
      throw diskError(this.path, thrown);
    });
    return this.#pending;
  }

  async #remove(): Promise<void> {
    try {
      if ((await this.#sidecar.isOwned()) && (await isSameFile(this.#part, this.#identity))) await unlinkIfExists(this.#part);
    } finally {
      await this.#sidecar.remove();
    }
  }

  /** A process on another machine, or an older version of this library, may have replaced the `.part`. */
  async #assertOwnership(): Promise<void> {
    if ((await isSameFile(this.#part, this.#identity)) && (await this.#sidecar.isOwned())) return;
    const reason = 'another download has taken over its .part file. Run only one at a time.';
    throw new SinkError({ path: this.path, reason, code: 'EBUSY' });
  }

  #changedError(): SinkError {
    const reason = 'another program has changed its .part file. Remove it, then start the download again.';
    return new SinkError({ path: this.path, reason, code: 'EBUSY' });
  }

  #assertOpen(): void {
    if (this.#state !== 'open') throw new SinkError({ path: this.path, reason: `the file was already ${this.#state}.` });
  }
}
