/** The small file beside a `.part`: which content the bytes in it belong to, and who is writing them. It holds no secret. */

import { open, type FileHandle } from 'node:fs/promises';
import { SinkError, type IncomingFile } from '../../index.ts';
import { codeOf } from './disk-error.ts';
import { lstatIfExists, identityOf, unlinkIfExists, openForResume, isSameFile, type Identity } from './no-follow-fs.ts';
import { contentKeyOf, flushedIn, matches, noteIn, readNote, writeNote, writerIn, type ContentKey } from './sidecar-record.ts';
import { addOpenFile, removeOpenFile, isSameBoot, isAlive, type LockOwner } from './lock-owner.ts';

/** A sidecar that is ours as long as nobody else takes it. */
export interface Sidecar {
  /**
   * How many bytes of the `.part` that an earlier run has left are the beginning of the file that comes now: `Infinity` for all of them,
   * less where the power may have been cut since, 0 if it belongs to something else.
   */
  readonly trustedBytes: number;
  /** Whether the `.part` can be taken up again by a later run. */
  readonly isResumable: boolean;
  /** How many bytes of the `.part` survive a power cut. */
  readonly flushed: number;
  /** Says that the `.part` beside it belongs to that file, and how many of its bytes survive a power cut. */
  note(flushed: number): Promise<void>;
  /** Says that nothing that stands beside it can be trusted, until it is noted; as a new one says already. */
  forget(): Promise<void>;
  isOurs(): Promise<boolean>;
  /** Leaves it to a later run. */
  release(flushed: number): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Takes the sidecar of a file that comes: the one that is there if it fits, else a new one, which belongs to no content until it is noted.
 * One that is damaged, foreign or of a newer version does not fit.
 *
 * @throws SinkError with `EBUSY` if somebody is writing that file right now.
 */
export const acquireSidecar = async (path: string, at: string, file: IncomingFile): Promise<Sidecar> => {
  if (locked.has(at)) throw busy(path, 'this process is downloading it.');
  locked.add(at);
  try {
    return await take(path, at, file);
  } catch (thrown) {
    locked.delete(at);
    throw thrown;
  }
};

/** Those of this process, from the moment it looks at them: nobody can come in between. */
const locked = new Set<string>();

const take = async (path: string, at: string, file: IncomingFile): Promise<Sidecar> => {
  const isThere = (await lstatIfExists(at)) !== undefined;
  const found = await readNote(at);
  const writer = writerIn(found);
  if (writer !== undefined && (await isAlive(writer))) throw busy(path, `process ${writer.pid} is downloading it.`);

  const belonging = contentKeyOf(file);
  const fitting =
    belonging !== undefined && found !== undefined && matches(found, belonging) ? await openForResume(at) : undefined;
  const us = await addOpenFile();
  let handle: FileHandle | undefined;
  try {
    if (fitting === undefined && isThere) await unlinkIfExists(at);
    handle = fitting ?? (await createExclusive(path, at));
    const flushed = fitting === undefined ? 0 : flushedIn(found);
    const isWritten = fitting !== undefined && writer !== undefined && isSameBoot(writer, us);
    const identity = await identityOf(handle);
    const trusted = isWritten ? Infinity : flushed;
    const sidecar = new OurSidecar({ at, handle, belonging, us, identity, flushed, trustedBytes: trusted });
    await sidecar.claim(isWritten);
    return sidecar;
  } catch (thrown) {
    removeOpenFile(us);
    await handle?.close().catch(() => undefined);
    throw thrown;
  }
};

interface TakenSidecar extends Pick<Sidecar, 'trustedBytes' | 'flushed'> {
  readonly at: string;
  readonly handle: FileHandle;
  readonly belonging: ContentKey | undefined;
  readonly us: LockOwner;
  readonly identity: Identity;
}

class OurSidecar implements Sidecar {
  readonly isResumable: boolean;
  readonly trustedBytes: number;
  readonly #at: string;
  readonly #handle: FileHandle;
  readonly #belonging: ContentKey | undefined;
  readonly #us: LockOwner;
  readonly #identity: Identity;
  #flushed: number;

  constructor({ at, handle, belonging, us, identity, flushed, trustedBytes }: TakenSidecar) {
    this.isResumable = belonging !== undefined;
    this.trustedBytes = trustedBytes;
    this.#at = at;
    this.#handle = handle;
    this.#belonging = belonging;
    this.#us = us;
    this.#identity = identity;
    this.#flushed = flushed;
  }

  get flushed(): number {
    return this.#flushed;
  }

  /** Whether all that stands beside it can be trusted is said by naming the run of the machine. */
  async claim(isTrusted: boolean): Promise<void> {
    const writer = isTrusted ? this.#us : { ...this.#us, boot: undefined };
    await writeNote(this.#handle, { ...this.#belonging, flushed: this.#flushed, writer });
  }

  async note(flushed: number): Promise<void> {
    this.#flushed = flushed;
    await this.claim(true);
  }

  async forget(): Promise<void> {
    const wasFlushed = this.#flushed > 0;
    this.#flushed = 0;
    await this.claim(false);
    // What is not true any more must not come back with the power.
    if (wasFlushed) await this.#handle.datasync();
  }

  async isOurs(): Promise<boolean> {
    // Another one may have come in its place, or somebody else may have taken this one.
    if (!(await isSameFile(this.#at, this.#identity))) return false;
    return writerIn(await noteIn(this.#handle))?.id === this.#us.id;
  }

  async release(flushed: number): Promise<void> {
    try {
      if (await this.isOurs()) await writeNote(this.#handle, { ...this.#belonging, flushed });
    } finally {
      await this.#end();
    }
  }

  async remove(): Promise<void> {
    const isOurs = await this.isOurs();
    await this.#end();
    if (isOurs) await unlinkIfExists(this.#at);
  }

  async #end(): Promise<void> {
    removeOpenFile(this.#us);
    locked.delete(this.#at);
    await this.#handle.close();
  }
}

/** What is left of a download that crashed when its file had its name already. */
export const isAbandoned = async (at: string): Promise<boolean> => {
  const writer = writerIn(await readNote(at));
  return writer !== undefined && !(await isAlive(writer));
};

/**
 * Makes a file where none is.
 *
 * @throws SinkError with `EBUSY` if one is there: it has come in the meantime.
 */
export const createExclusive = async (path: string, at: string): Promise<FileHandle> => {
  try {
    return await open(at, 'wx+');
  } catch (thrown) {
    throw codeOf(thrown) === 'EEXIST' ? busy(path, 'another process has just begun to download it.') : thrown;
  }
};

const busy = (path: string, what: string): SinkError =>
  new SinkError({ path, code: 'EBUSY', reason: `${what} Wait for it, or choose another directory.` });
