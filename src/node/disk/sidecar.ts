/** The lock and the resume state of a `.part`, in a small JSON file beside it. It holds no secret. */

import { open, type FileHandle } from 'node:fs/promises';
import { SinkError, type IncomingFile } from '../../index.ts';
import { codeOf } from './disk-error.ts';
import { addOpenFile, isAlive, isSameBoot, removeOpenFile, type LockOwner } from './lock-owner.ts';
import { identityOf, isSameFile, lstatIfExists, openForResume, unlinkIfExists, type Identity } from './no-follow-fs.ts';
import {
  contentKeyOf,
  lockOwnerIn,
  matches,
  readRecord,
  readRecordAt,
  syncedBytesIn,
  writeRecord,
  type ContentKey,
} from './sidecar-record.ts';

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
  /** Gives up the lock and keeps the sidecar for a later run. */
  release(syncedBytes: number): Promise<void>;
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
    const isAllTrusted = reused !== undefined && previousOwner !== undefined && isSameBoot(previousOwner, owner);
    const sidecar = new OwnedSidecar({
      path: sidecarPath,
      handle,
      contentKey,
      owner,
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
  #syncedBytes: number;

  constructor({ path, handle, contentKey, owner, identity, syncedBytes, trustedBytes }: OwnedSidecarOptions) {
    this.isResumable = contentKey !== undefined;
    this.trustedBytes = trustedBytes;
    this.#path = path;
    this.#handle = handle;
    this.#contentKey = contentKey;
    this.#owner = owner;
    this.#identity = identity;
    this.#syncedBytes = syncedBytes;
  }

  get syncedBytes(): number {
    return this.#syncedBytes;
  }

  /** The record names the boot of the machine only if every byte of the `.part` can be trusted. */
  async lock(isAllTrusted: boolean): Promise<void> {
    const writer = isAllTrusted ? this.#owner : { ...this.#owner, boot: undefined };
    await writeRecord(this.#handle, { ...this.#contentKey, flushed: this.#syncedBytes, writer });
  }

  async validate(syncedBytes: number): Promise<void> {
    this.#syncedBytes = syncedBytes;
    await this.lock(true);
  }

  async invalidate(): Promise<void> {
    const wasSynced = this.#syncedBytes > 0;
    this.#syncedBytes = 0;
    await this.lock(false);
    // A power cut must not restore the old claim.
    if (wasSynced) await this.#handle.datasync();
  }

  async isOwned(): Promise<boolean> {
    // Another process may have replaced the file, or its record.
    if (!(await isSameFile(this.#path, this.#identity))) return false;
    return lockOwnerIn(await readRecord(this.#handle))?.id === this.#owner.id;
  }

  async release(syncedBytes: number): Promise<void> {
    try {
      if (await this.isOwned()) await writeRecord(this.#handle, { ...this.#contentKey, flushed: syncedBytes });
    } finally {
      await this.#close();
    }
  }

  async remove(): Promise<void> {
    const isOwned = await this.isOwned();
    await this.#close();
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
