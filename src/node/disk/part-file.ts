/** A file being written: `NAME.part` until it is complete, then `NAME`. */

import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SinkError, type Checksum, type CommitResult, type Proof, type SinkFile, type SinkWarning } from '../../index.ts';
import { BatchedWriter } from './batched-writer.ts';
import { notFlushedWarning } from './disk-warning.ts';
import { identityOf, isSameFile, lstatIfExists, unlinkIfExists, type Identity } from './no-follow-fs.ts';
import { refusalOf } from './not-supported.ts';
import { PeriodicSync } from './periodic-sync.ts';
import { publish } from './publish.ts';
import { readPart, type Repair } from './read-part.ts';
import { toVerifiedBytes, type VerifiedBytes } from './sidecar-record.ts';
import { createExclusive, type Sidecar } from './sidecar.ts';

/** An open `.part` and its sidecar. */
export interface PartFileOptions {
  readonly path: string;
  readonly part: string;
  readonly size: number | undefined;
  readonly force: boolean;
  /** Returns true if the warning was not reported yet. */
  readonly isNew: (warning: SinkWarning) => boolean;
  /** Returns the error for what an operation has thrown. */
  readonly toError: (thrown: unknown) => Promise<unknown>;
  /** Called once it has its final name. */
  readonly onCommitted: () => void;
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
  readonly #isNew: (warning: SinkWarning) => boolean;
  readonly #toError: (thrown: unknown) => Promise<unknown>;
  readonly #onCommitted: () => void;
  readonly #sidecar: Sidecar;
  #handle: FileHandle;
  #identity: Identity;
  #writer: BatchedWriter;
  /** The operation in flight; `suspend` and `discard` may be called during it. */
  #pending: Promise<void> = Promise.resolve();
  #state: 'open' | 'committed' | 'suspended' | 'discarded' = 'open';
  #syncedBytes = 0;
  /** The error of a file system that cannot sync. */
  #syncRefusal: unknown;
  #verified: VerifiedBytes | undefined;

  constructor({ path, part, size, force, isNew, toError, onCommitted, sidecar, handle, identity, keptBytes }: PartFileOptions) {
    this.path = path;
    this.keptBytes = keptBytes;
    this.#part = part;
    this.#size = size;
    this.#force = force;
    this.#isNew = isNew;
    this.#toError = toError;
    this.#onCommitted = onCommitted;
    this.#sidecar = sidecar;
    this.#handle = handle;
    this.#identity = identity;
    this.#writer = this.#createWriter(keptBytes);
  }

  /** Bytes still to be written, as far as known. */
  get missing(): number {
    return this.#state === 'open' ? Math.max(0, (this.#size ?? 0) - this.#writer.position) : 0;
  }

  /** For a download of which no byte is fetched: the server may state the checksum only after that. */
  get keptChecksum(): Checksum | undefined {
    const { verified } = this.#sidecar;
    return verified?.isStated === true && verified.bytes === this.keptBytes ? verified.checksum : undefined;
  }

  async replay(consume: (bytes: Uint8Array) => void | Promise<void>): Promise<void> {
    const { verified, syncedBytes } = this.#sidecar;
    if (await this.#read(this.keptBytes, consume, { verified, syncedBytes })) return;
    await this.restart();
    const reason = 'the disk has lost bytes of its .part file. Check the health of the disk, then start the download again.';
    throw new SinkError({ path: this.path, reason, code: 'EIO' });
  }

  async readBack(consume: (bytes: Uint8Array) => void | Promise<void>): Promise<void> {
    await this.#run(() => this.#writer.flush());
    await this.#read(this.#writer.position, consume);
  }

  async #read(end: number, consume: (bytes: Uint8Array) => void | Promise<void>, repair: Repair = {}): Promise<boolean> {
    const assertOpen = (): void => this.#assertOpen();
    const outcome = await readPart({ path: this.path, handle: this.#handle, end, consume, assertOpen, ...repair });
    if (outcome === 'short') throw this.#changedError();
    return outcome === 'complete';
  }

  write(bytes: Uint8Array, freeBuffer?: (bytes: Uint8Array) => void): void | Promise<void> {
    this.#assertOpen();
    const written = this.#writer.add(bytes, freeBuffer);
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
      this.#verified = undefined;
    });
  }

  async commit(proof: Proof): Promise<CommitResult> {
    const warnings: SinkWarning[] = [];
    await this.#run(async () => {
      this.#assertOpen();
      await this.#writer.flush();
      this.#verified = toVerifiedBytes(proof, this.#writer.position);
      await this.#sync();
      if ((await this.#handle.stat()).size !== this.#writer.position) throw this.#changedError();
      await this.#assertOwnership();
      await refusalOf(this.#handle.close());
      this.#assertOpen();
      warnings.push(...(await publish({ part: this.#part, path: this.path, force: this.#force, identity: this.#identity })));
      // If this fails, the next download removes it.
      await this.#sidecar.remove().catch(() => undefined);
      if (this.#state === 'discarded') this.#assertOpen();
      this.#state = 'committed';
      this.#onCommitted();
    });
    if (this.#syncRefusal !== undefined) warnings.push(notFlushedWarning(dirname(this.path), this.#syncRefusal));
    return { warnings: warnings.filter(this.#isNew) };
  }

  suspend(): Promise<void> {
    return this.#end('suspended', async () => {
      await this.#writer.flush().catch(() => undefined);
      await this.#sync().catch(() => undefined);
      await this.#writer.settled();
      await this.#handle.close().catch(() => undefined);
      const isEmpty = await lstatIfExists(this.#part).then(
        (stats) => (stats?.size ?? 0n) === 0n,
        () => false,
      );
      // If a commit was publishing it, the file is complete and verified, and stays.
      const isPublished = await isSameFile(this.path, this.#identity);
      if (!this.#sidecar.isResumable || isPublished || isEmpty) return this.#remove();
      return this.#sidecar.release({
        syncedBytes: Math.max(this.#syncedBytes, this.#sidecar.syncedBytes),
        isSyncRefused: this.#syncRefusal !== undefined,
        verified: this.#verified,
      });
    });
  }

  discard(): Promise<void> {
    return this.#end('discarded', async () => {
      await this.#writer.settled();
      await this.#handle.close().catch(() => undefined);
      await this.#remove();
      // If a commit has published it: a file replaced by force cannot be restored, so the new, complete one stays.
      if (!this.#force && (await isSameFile(this.path, this.#identity))) await unlinkIfExists(this.path);
    });
  }

  async #sync(): Promise<void> {
    const { size } = await this.#handle.stat();
    this.#syncRefusal = await this.#writer.sync();
    if (this.#syncRefusal === undefined) this.#syncedBytes = size;
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
    this.#pending = operation().catch(async (thrown: unknown) => {
      throw await this.#toError(thrown);
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
