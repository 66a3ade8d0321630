/** One file on its way to the disk: `NAME.part` until it is whole, then `NAME`. */

import { link, lstat, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SinkError, type SinkFile } from '../index.ts';
import { codeOf, diskError } from './disk-error.ts';

/** Bytes come in pieces of 16 KB; the disk is asked once for so many of them. */
const batchSize = 1024 * 1024;

/** What tells one file of a machine from all others, whatever their names. */
interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Makes room for a file; what is wrong with its name or its place is said now, not after its last byte. */
export const openPart = async (path: string, force: boolean): Promise<SinkFile> => {
  const there = await statusOf(path);
  if (there?.isDirectory() === true) throw Object.assign(new Error(path), { code: 'EISDIR' });
  if (there !== undefined && !force) throw alreadyThere(path);
  const part = `${path}.part`;
  // Made anew rather than opened: what stands there may be a link to somewhere else.
  await remove(part);
  const handle = await open(part, 'wx');
  return new PartFile(path, part, handle, await handle.stat({ bigint: true }), force);
};

class PartFile implements SinkFile {
  readonly path: string;
  readonly #part: string;
  readonly #handle: FileHandle;
  readonly #identity: Identity;
  readonly #force: boolean;
  #batch: Uint8Array[] = [];
  #batched = 0;
  /** The work on the disk that is under way; `discard` may come in the middle of it. */
  #working: Promise<void> = Promise.resolve();
  #state: 'open' | 'committed' | 'discarded' = 'open';

  constructor(path: string, part: string, handle: FileHandle, identity: Identity, force: boolean) {
    this.path = path;
    this.#part = part;
    this.#handle = handle;
    this.#identity = identity;
    this.#force = force;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.#batch.push(bytes);
    this.#batched += bytes.byteLength;
    return this.#batched < batchSize ? undefined : this.#work(() => this.#flush());
  }

  commit(): Promise<void> {
    return this.#work(async () => {
      await this.#flush();
      await this.#handle.sync();
      await this.#refuseStranger();
      await this.#handle.close();
      this.#refuseDiscarded();
      await this.#giveName();
      await flushDirectory(dirname(this.path));
      this.#refuseDiscarded();
      this.#state = 'committed';
    });
  }

  async discard(): Promise<void> {
    if (this.#state === 'committed') return;
    this.#state = 'discarded';
    await this.#working.catch(() => undefined);
    await this.#handle.close().catch(() => undefined);
    if (await this.#isOurs(this.#part)) await remove(this.#part);
    // A commit that was already giving the name. What was replaced by force cannot come back: then the new file, which is whole, stays.
    if (!this.#force && (await this.#isOurs(this.path))) await remove(this.path);
  }

  #work(work: () => Promise<void>): Promise<void> {
    this.#working = work().catch((thrown: unknown) => {
      throw diskError(this.path, thrown);
    });
    return this.#working;
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    const length = this.#batched;
    this.#batch = [];
    this.#batched = 0;
    if (length === 0) return;
    const { bytesWritten } = await this.#handle.writev(batch);
    // A disk that is nearly full takes less than it was given before it says so.
    let rest = bytesWritten < length ? Buffer.concat(batch).subarray(bytesWritten) : undefined;
    while (rest !== undefined && rest.byteLength > 0) rest = rest.subarray((await this.#handle.write(rest)).bytesWritten);
  }

  /** Another process that downloads the same file would have put its own `.part` in the place of ours. */
  async #refuseStranger(): Promise<void> {
    if (await this.#isOurs(this.#part)) return;
    const reason = 'another download has taken over its .part file. Run only one at a time.';
    throw new SinkError({ path: this.path, reason, code: 'EBUSY' });
  }

  #refuseDiscarded(): void {
    if (this.#state === 'discarded') throw new SinkError({ path: this.path, reason: 'it was discarded before it had its name.' });
  }

  async #isOurs(path: string): Promise<boolean> {
    const there = await statusOf(path).catch(() => undefined);
    return there?.ino === this.#identity.ino && there.dev === this.#identity.dev;
  }

  async #giveName(): Promise<void> {
    if (this.#force) return rename(this.#part, this.path);
    try {
      // Unlike a rename, a link does not replace a file that has appeared in the meantime.
      await link(this.#part, this.path);
    } catch (thrown) {
      if (codeOf(thrown) === 'EEXIST') throw alreadyThere(this.path);
      if (!unlinkable.has(codeOf(thrown) ?? '')) throw thrown;
      if ((await statusOf(this.path)) !== undefined) throw alreadyThere(this.path);
      return rename(this.#part, this.path);
    }
    await remove(this.#part);
  }
}

/** File systems such as FAT know no links, and say so in one of these ways. */
const unlinkable: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR']);

const alreadyThere = (path: string): SinkError =>
  new SinkError({
    path,
    code: 'EEXIST',
    reason: 'a file of this name is there already. Choose another directory, or allow it to be replaced (force).',
  });

/** What stands under a name; a link that leads nowhere is something, too. */
const statusOf = (path: string) => lstat(path, { bigint: true }).catch(unlessMissing);

const remove = (path: string): Promise<void> => unlink(path).catch(unlessMissing);

const unlessMissing = (thrown: unknown): undefined => {
  if (codeOf(thrown) !== 'ENOENT') throw thrown;
};

/** Makes the new name survive a power cut; where directories cannot be flushed (Windows), the system does it in its own time. */
const flushDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
};
