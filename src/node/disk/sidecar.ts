/** The lock and the resume state of a `.part`, in a small JSON file beside it. It holds no secret. */

import { open, type FileHandle } from 'node:fs/promises';
import { SinkError, type IncomingFile } from '../../index.ts';
import { codeOf } from './disk-error.ts';
import { addOpenFile, isAlive, isSameBoot, removeOpenFile, type LockOwner } from './lock-owner.ts';
import { identityOf, isSameFile, lstatIfExists, openForResume, unlinkIfExists, type Identity } from './no-follow-fs.ts';
import { refusalOf } from './not-supported.ts';
import {
  contentKeyOf,
  lockOwnerIn,
  matches,
  readRecord,
  readRecordAt,
  syncedBytesIn,
  verifiedBytesIn,
  writeRecord,
  type ContentKey,
  type SidecarRecord,
  type VerifiedBytes,
} from './sidecar-record.ts';

/** What a later run may resume. */
export interface KeptBytes {
  /** How many bytes survive a power cut. */
  readonly syncedBytes: number;
  /** True if the file system cannot sync: all bytes are trusted until the machine restarts. */
  readonly isSyncRefused: boolean;
  /** Set if a commit of all bytes has failed. */
  readonly verified?: VerifiedBytes | undefined;
}

/** A sidecar that this download owns until another process takes it over. */
export interface Sidecar {
  /**
   * How many bytes of an existing `.part` are the beginning of this file: `Infinity` for all of them, fewer if the power may have been cut
   * since they were written, 0 if they belong to other content.
   */
  readonly trustedBytes: number;
  /** True if a later run can resume the `.part`. */
  readonly isResumable: boolean;
  /** How many bytes of the `.part` survive a power cut. */
  readonly syncedBytes: number;
  /** Records that the `.part` belongs to this file, and how many of its bytes survive a power cut. */
  validate(syncedBytes: number): Promise<void>;
  /** Records that no byte of the `.part` can be trusted, until `validate`. A new sidecar starts like this. */
  invalidate(): Promise<void>;
  isOwned(): Promise<boolean>;
  /** Checksum of all bytes, if an earlier run could not commit them. */
  readonly verified: VerifiedBytes | undefined;
  /** Gives up the lock and keeps the sidecar for a later run. */
  release(kept: KeptBytes): Promise<void>;
  /** Gives up the lock and restores the sidecar of the earlier run; removes it if none of its bytes can be trusted. */
  restore(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Locks a file for this download. Reuses the existing sidecar if its content key matches; one that is damaged or of a newer version is
 * replaced.
 *
 * @throws SinkError with `EBUSY` if another download is writing that file.
 */
export const acquireSidecar = async (path: string, sidecarPath: string, file: IncomingFile): Promise<Sidecar> => {
  if (locked.has(sidecarPath)) throw busyError(path, 'this process is already downloading it.');
  locked.add(sidecarPath);
  try {
    return await openSidecar(path, sidecarPath, file);
  } catch (thrown) {
    locked.delete(sidecarPath);
    throw thrown;
  }
};

/** Sidecars of this process, added before the first look at the disk, so that two downloads cannot race. */
const locked = new Set<string>();

const openSidecar = async (path: string, sidecarPath: string, file: IncomingFile): Promise<Sidecar> => {
  const exists = (await lstatIfExists(sidecarPath)) !== undefined;
  const record = await readRecordAt(sidecarPath);
  const previousOwner = lockOwnerIn(record);
  if (previousOwner !== undefined && (await isAlive(previousOwner)))
    throw busyError(path, `process ${previousOwner.pid} is downloading it.`);

  const contentKey = contentKeyOf(file);
  const reused =
    contentKey !== undefined && record !== undefined && matches(record, contentKey)
      ? await openForResume(sidecarPath)
      : undefined;
  const owner = await addOpenFile();
  let handle: FileHandle | undefined;
  try {
    if (reused === undefined && exists) await unlinkIfExists(sidecarPath);
    handle = reused ?? (await createExclusive(path, sidecarPath));
    const syncedBytes = reused === undefined ? 0 : syncedBytesIn(record);
    const lastOwner = previousOwner ?? lockOwnerIn(record, 'unsynced');
    const isAllTrusted = reused !== undefined && lastOwner !== undefined && isSameBoot(lastOwner, owner);
    const sidecar = new OwnedSidecar({
      path: sidecarPath,
      handle,
      contentKey,
      owner,
      record: reused === undefined ? undefined : record,
      identity: await identityOf(handle),
      syncedBytes,
      trustedBytes: isAllTrusted ? Infinity : syncedBytes,
    });
    await sidecar.lock(isAllTrusted);
    return sidecar;
  } catch (thrown) {
    removeOpenFile(owner);
    await handle?.close().catch(() => undefined);
    throw thrown;
  }
};

interface OwnedSidecarOptions extends Pick<Sidecar, 'trustedBytes' | 'syncedBytes'> {
  readonly path: string;
  readonly handle: FileHandle;
  readonly contentKey: ContentKey | undefined;
  readonly owner: LockOwner;
  /** The record of the earlier run. */
  readonly record: SidecarRecord | undefined;
  readonly identity: Identity;
}

class OwnedSidecar implements Sidecar {
  readonly isResumable: boolean;
  readonly trustedBytes: number;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #contentKey: ContentKey | undefined;
  readonly #owner: LockOwner;
  readonly #identity: Identity;
  #earlierRecord: SidecarRecord | undefined;
  #verified: VerifiedBytes | undefined;
  #syncedBytes: number;

  constructor({ path, handle, contentKey, owner, record, identity, syncedBytes, trustedBytes }: OwnedSidecarOptions) {
    this.isResumable = contentKey !== undefined;
    this.trustedBytes = trustedBytes;
    this.#path = path;
    this.#handle = handle;
    this.#contentKey = contentKey;
    this.#owner = owner;
    this.#identity = identity;
    this.#earlierRecord = record;
    this.#verified = verifiedBytesIn(record);
    this.#syncedBytes = syncedBytes;
  }

  get syncedBytes(): number {
    return this.#syncedBytes;
  }

  get verified(): VerifiedBytes | undefined {
    return this.#verified;
  }

  /** The record names the boot of the machine only if every byte of the `.part` can be trusted. */
  async lock(isAllTrusted: boolean): Promise<void> {
    const writer = isAllTrusted ? this.#owner : { ...this.#owner, boot: undefined };
    await writeRecord(this.#handle, this.#createRecord({ writer }));
  }

  async validate(syncedBytes: number): Promise<void> {
    this.#syncedBytes = syncedBytes;
    await this.lock(true);
  }

  async invalidate(): Promise<void> {
    const wasSynced = this.#syncedBytes > 0;
    this.#earlierRecord = undefined;
    this.#verified = undefined;
    this.#syncedBytes = 0;
    await this.lock(false);
    // A power cut must not restore the old claim.
    if (wasSynced) await refusalOf(this.#handle.datasync());
  }

  async isOwned(): Promise<boolean> {
    // Another process may have replaced the file, or its record.
    if (!(await isSameFile(this.#path, this.#identity))) return false;
    return lockOwnerIn(await readRecord(this.#handle))?.id === this.#owner.id;
  }

  release({ syncedBytes, isSyncRefused, verified = this.#verified }: KeptBytes): Promise<void> {
    this.#syncedBytes = syncedBytes;
    this.#verified = verified;
    return this.#unlock(this.#createRecord(isSyncRefused ? { unsynced: this.#owner } : {}));
  }

  restore(): Promise<void> {
    return this.#earlierRecord === undefined ? this.remove() : this.#unlock(this.#earlierRecord);
  }

  #createRecord(owner: SidecarRecord): SidecarRecord {
    const verified = this.#verified && {
      bytes: this.#verified.bytes,
      ...this.#verified.checksum,
      ...(this.#verified.isStated ? { stated: true } : {}),
    };
    return { ...this.#contentKey, flushed: this.#syncedBytes, verified, ...owner };
  }

  async #unlock(record: SidecarRecord): Promise<void> {
    try {
      if (await this.isOwned()) await writeRecord(this.#handle, record);
    } finally {
      await this.#close();
    }
  }

  async remove(): Promise<void> {
    const isOwned = await this.isOwned().finally(() => this.#close());
    if (isOwned) await unlinkIfExists(this.#path);
  }

  async #close(): Promise<void> {
    removeOpenFile(this.#owner);
    locked.delete(this.#path);
    await this.#handle.close();
  }
}

/** Returns true if the process that wrote this sidecar crashed. */
export const isAbandoned = async (sidecarPath: string): Promise<boolean> => {
  const owner = lockOwnerIn(await readRecordAt(sidecarPath));
  return owner !== undefined && !(await isAlive(owner));
};

/** Returns true if a process is writing the file of this sidecar. */
export const isInUse = async (sidecarPath: string): Promise<boolean> => {
  const owner = lockOwnerIn(await readRecordAt(sidecarPath));
  return owner !== undefined && (await isAlive(owner));
};

/**
 * Creates a file that does not exist yet.
 *
 * @throws SinkError with `EBUSY` if another process has created it in the meantime.
 */
export const createExclusive = async (path: string, newPath: string): Promise<FileHandle> => {
  try {
    return await open(newPath, 'wx+');
  } catch (thrown) {
    throw codeOf(thrown) === 'EEXIST' ? busyError(path, 'another process has just started to download it.') : thrown;
  }
};

const busyError = (path: string, what: string): SinkError =>
  new SinkError({ path, code: 'EBUSY', reason: `${what} Wait for it, or choose another directory.` });
