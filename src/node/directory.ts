/** Files in a directory, under their names only when they are whole. */

import { access, link, mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SinkError, type Sink, type SinkFile } from '../index.ts';
import { safeName } from './file-name.ts';
import { nodeHash } from './hash.ts';
import { diskError } from './disk-error.ts';

/** Options of {@link toDirectory}. */
export interface DirectoryOptions {
  /** Replace files that are there already; each stays as it is until its successor is whole. @default false */
  readonly force?: boolean;
}

/** Bytes come in pieces of 16 KB; the disk is asked once for so many of them. */
const batchSize = 1024 * 1024;

/**
 * A sink that writes files into a directory, which is made if it is not there. A file is `NAME.part` until it is proven; then it is
 * flushed to the disk and renamed. Checksums are made on the way.
 *
 * Errors of its files: `SinkError` (`EEXIST` without `force`, `ENOSPC`, `EACCES` …), `UnsafeNameError`.
 */
export const toDirectory = (path: string, { force = false }: DirectoryOptions = {}): Sink => ({
  createHash: nodeHash,
  open: async ({ name }) => {
    const directory = resolve(path);
    const final = join(directory, safeName(name));
    const part = `${final}.part`;
    try {
      await mkdir(directory, { recursive: true });
      if (!force && (await exists(final))) throw alreadyThere(final);
      // Made anew rather than opened: what stands there may be a link to somewhere else.
      await rm(part, { force: true });
      return new PartFile(final, part, await open(part, 'wx'), force);
    } catch (thrown) {
      throw diskError(final, thrown);
    }
  },
});

class PartFile implements SinkFile {
  readonly path: string;
  readonly #part: string;
  readonly #handle: FileHandle;
  readonly #force: boolean;
  #batch: Uint8Array[] = [];
  #batched = 0;
  /** The work on the disk that is under way; `discard` may come in the middle of it. */
  #working: Promise<void> = Promise.resolve();
  #committed = false;

  constructor(path: string, part: string, handle: FileHandle, force: boolean) {
    this.path = path;
    this.#part = part;
    this.#handle = handle;
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
      await this.#giveName();
      this.#committed = true;
      await flushDirectory(join(this.path, '..'));
    });
  }

  async discard(): Promise<void> {
    await this.#working.catch(() => undefined);
    if (this.#committed) return;
    const ours = await this.#isOurs();
    await this.#handle.close().catch(() => undefined);
    if (ours) await rm(this.#part, { force: true });
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
    if (!(await this.#isOurs()))
      throw new SinkError({ path: this.path, reason: 'another download has taken over its .part file. Run only one at a time.', code: 'EBUSY' });
  }

  async #isOurs(): Promise<boolean> {
    const [mine, there] = await Promise.all([
      this.#handle.stat({ bigint: true }).catch(() => undefined),
      stat(this.#part, { bigint: true }).catch(() => undefined),
    ]);
    return mine !== undefined && mine.ino === there?.ino && mine.dev === there.dev;
  }

  async #giveName(): Promise<void> {
    if (this.#force) return rename(this.#part, this.path);
    try {
      // Unlike a rename, a link does not replace a file that has appeared in the meantime.
      await link(this.#part, this.path);
      await rm(this.#part);
    } catch (thrown) {
      if (!isUnsupported(thrown)) throw thrown;
      if (await exists(this.path)) throw alreadyThere(this.path);
      await rename(this.#part, this.path);
    }
  }
}

const alreadyThere = (path: string): SinkError =>
  new SinkError({ path, code: 'EEXIST', reason: 'a file of this name is there already. Choose another directory, or allow it to be replaced (force).' });

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** File systems such as FAT know no links. */
const isUnsupported = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(String(thrown.code));

/** Makes the new name survive a power cut; where directories cannot be flushed (Windows), the system does it in its own time. */
const flushDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
};
