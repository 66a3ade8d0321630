/** One file on its way to the disk: `NAME.part` until it is whole, then `NAME`. */

import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SinkError, type SinkFile } from '../../index.ts';
import { Batches } from './batches.ts';
import { diskError } from './disk-error.ts';
import { entryAt, flushDirectory, identityOf, removeAt, standsAt, type Identity } from './entry.ts';
import { giveName } from './final-name.ts';
import { RollingFlush } from './rolling-flush.ts';
import { makeOwn, type Sidecar } from './sidecar.ts';

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
  readonly kept: number;
  readonly #part: string;
  readonly #size: number | undefined;
  readonly #force: boolean;
  readonly #sidecar: Sidecar;
  #handle: FileHandle;
  #identity: Identity;
  #batches: Batches;
  /** The work on the disk that is under way; `suspend` and `discard` may come in the middle of it. */
  #working: Promise<void> = Promise.resolve();
  #state: 'open' | 'committed' | 'suspended' | 'discarded' = 'open';
  #hasName = false;
  /** Bytes that a commit has flushed. */
  #flushed = 0;

  constructor({ path, size, force, sidecar, handle, identity, kept }: OpenPart) {
    this.path = path;
    this.kept = kept;
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
    const slab = Buffer.allocUnsafeSlow(1024 * 1024);
    for (let at = 0; at < this.kept;) {
      this.#refuseEnded();
      const length = Math.min(slab.byteLength, this.kept - at);
      const { bytesRead } = await this.#handle.read(slab, 0, length, at).catch((thrown: unknown) => {
        throw diskError(this.path, thrown);
      });
      if (bytesRead === 0) throw this.#changed();
      await take(slab.subarray(0, bytesRead));
      at += bytesRead;
    }
  }

  write(bytes: Uint8Array, giveBack?: (bytes: Uint8Array) => void): void | Promise<void> {
    this.#refuseEnded();
    const waiting = this.#batches.add(bytes, giveBack);
    return waiting === undefined ? undefined : this.#work(() => waiting);
  }

  restart(): Promise<void> {
    return this.#work(async () => {
      this.#refuseEnded();
      await this.#batches.settled();
      await this.#refuseStranger();
      await this.#handle.close();
      // Not cut to nothing: a process that took it up again on another machine may still be writing into it.
      await this.#sidecar.forget();
      await removeAt(this.#part);
      this.#handle = await makeOwn(this.path, this.#part);
      this.#identity = await identityOf(this.#handle);
      await this.#sidecar.note(0);
      this.#batches = this.#batchesFrom(0);
      this.#flushed = 0;
    });
  }

  commit(): Promise<void> {
    return this.#work(async () => {
      this.#refuseEnded();
      await this.#batches.flush();
      await this.#batches.sync();
      this.#flushed = this.#batches.position;
      if ((await this.#handle.stat()).size !== this.#batches.position) throw this.#changed();
      await this.#refuseStranger();
      await this.#handle.close();
      this.#refuseEnded();
      const isLinked = await giveName(this.#part, this.path, this.#force);
      this.#hasName = true;
      if (isLinked) await removeAt(this.#part);
      // Should it stay, the next download sweeps it away.
      await this.#sidecar.remove().catch(() => undefined);
      await flushDirectory(dirname(this.path));
      if (this.#state === 'discarded') this.#refuseEnded();
      this.#state = 'committed';
    });
  }

  suspend(): Promise<void> {
    return this.#end('suspended', async () => {
      await this.#batches.flush().catch(() => undefined);
      const there = await entryAt(this.#part).catch(() => undefined);
      const flushed = await this.#batches.sync().then(
        () => Number(there?.size ?? 0),
        () => Math.max(this.#flushed, this.#sidecar.flushed),
      );
      await this.#batches.settled();
      await this.#handle.close().catch(() => undefined);
      // A commit that was already giving the name: the file is whole, proven, and stays.
      const isOfUse = this.#sidecar.lasts && !this.#hasName && there !== undefined && there.size > 0n;
      return isOfUse ? this.#sidecar.leave(flushed) : this.#remove();
    });
  }

  discard(): Promise<void> {
    return this.#end('discarded', async () => {
      await this.#batches.settled();
      await this.#handle.close().catch(() => undefined);
      await this.#remove();
      // A commit that was already giving the name. What was replaced by force cannot come back: then the new file, which is whole, stays.
      if (this.#hasName && !this.#force && (await standsAt(this.path, this.#identity))) await removeAt(this.path);
    });
  }

  async #end(state: 'suspended' | 'discarded', work: () => Promise<void>): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = state;
    await this.#working.catch(() => undefined);
    await this.#work(work);
  }

  #batchesFrom(start: number): Batches {
    const rolling = new RollingFlush(this.#handle, Math.min(start, this.#sidecar.flushed), (flushed) =>
      this.#sidecar.note(flushed),
    );
    return new Batches(this.#handle, start, rolling);
  }

  #work(work: () => Promise<void>): Promise<void> {
    this.#working = work().catch((thrown: unknown) => {
      throw diskError(this.path, thrown);
    });
    return this.#working;
  }

  async #remove(): Promise<void> {
    try {
      if ((await this.#sidecar.isOurs()) && (await standsAt(this.#part, this.#identity))) await removeAt(this.#part);
    } finally {
      await this.#sidecar.remove();
    }
  }

  /** A process on another machine, or an older version of this one, may have put its own `.part` in the place of ours. */
  async #refuseStranger(): Promise<void> {
    if ((await standsAt(this.#part, this.#identity)) && (await this.#sidecar.isOurs())) return;
    const reason = 'another download has taken over its .part file. Run only one at a time.';
    throw new SinkError({ path: this.path, reason, code: 'EBUSY' });
  }

  #changed(): SinkError {
    const reason = 'somebody else has changed its .part file. Remove it, then start the download again.';
    return new SinkError({ path: this.path, reason, code: 'EBUSY' });
  }

  #refuseEnded(): void {
    if (this.#state !== 'open') throw new SinkError({ path: this.path, reason: `it was ${this.#state} before.` });
  }
}
