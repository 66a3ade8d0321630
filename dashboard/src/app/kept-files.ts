/** A sink that keeps files in the storage of the browser: complete ones until they are removed, and what was received of others. */

import { SinkError, type Sink } from 'rx-content-library';
import { createHash } from './hashes.ts';

type IncomingFile = Parameters<Sink['open']>[0];
type SinkFile = Awaited<ReturnType<Sink['open']>>;

/** A sink whose complete files can be read, also after a reload of the page. */
export interface KeptSink extends Sink {
  /** Returns a complete file; `undefined` if there is none with this name. */
  readonly blob: (name: string) => Promise<Blob | undefined>;
}

/** What is kept beside the bytes of a file. */
interface About extends Pick<IncomingFile, 'name' | 'size' | 'content'> {
  /** True after `commit`. */
  readonly isComplete: boolean;
}

/** Bytes and milliseconds: a segment is written when it has so many bytes, or fewer after this time. What it lacks is lost by a reload. */
const [MAX_SEGMENT, MIN_SEGMENT, MAX_AGE] = [8 * 1024 * 1024, 512 * 1024, 1000];

const ABOUT = 'about.json';

/**
 * Creates the sink. A file is a folder of segments, because the bytes of a file of the browser's storage exist only once it is closed.
 *
 * Errors: `SinkError` with `ENOSPC` if the browser grants no more storage.
 *
 * @param openFolder - returns the folder of the sink; called with the first file
 */
export const toKeptFiles = (openFolder: () => Promise<FileSystemDirectoryHandle>): KeptSink => {
  const folderOf = async (name: string, create: boolean): Promise<FileSystemDirectoryHandle | undefined> => {
    const folder = await openFolder();
    const key = await keyOf(name);
    return create ? folder.getDirectoryHandle(key, { create }) : folder.getDirectoryHandle(key).catch(() => undefined);
  };
  const readComplete = async (name: string): Promise<Blob | undefined> => {
    const folder = await folderOf(name, false);
    if (folder === undefined || (await readAbout(folder))?.isComplete !== true) return undefined;
    return new Blob(await readSegments(folder));
  };
  return {
    createHash,
    blob: readComplete,
    check: async (files) => {
      const { quota = Infinity, usage = 0 } = await navigator.storage.estimate();
      const needed = files.reduce((sum, { size = 0 }) => sum + size, 0);
      if (needed > quota - usage) throw noSpaceError(files[0]?.name ?? 'exports', needed);
    },
    find: async ({ name, size, checksum: { algorithm, value } }, signal) => {
      const blob = await readComplete(name);
      if (blob === undefined || (size !== undefined && blob.size !== size)) return undefined;
      const hash = createHash(algorithm);
      for await (const chunk of blob.stream()) {
        signal?.throwIfAborted();
        hash?.update(chunk);
      }
      return hash?.digest() === value.toLowerCase() ? { bytes: blob.size } : undefined;
    },
    open: async (file) => {
      const folder = (await folderOf(file.name, true)) as FileSystemDirectoryHandle;
      const about = await readAbout(folder);
      const isSame = about !== undefined && isSameFile(about, file);
      if (!isSame) await clear(folder);
      await writeAbout(folder, file, false);
      return openFile(folder, file, isSame ? await readSegments(folder) : []);
    },
  };
};

const openFile = (folder: FileSystemDirectoryHandle, file: IncomingFile, kept: readonly File[]): SinkFile => {
  let segments = [...kept];
  let nextIndex = indexAfter(kept);
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let writtenAt = Date.now();
  // `suspend` and `discard` may be called while a segment is written.
  let last: Promise<unknown> = Promise.resolve();
  const enqueue = <A>(operation: () => Promise<A>): Promise<A> => {
    const result = last.then(operation);
    last = result.catch(() => undefined);
    return result.catch((thrown: unknown) => {
      throw toSinkError(file.name, thrown);
    });
  };
  const flush = async (): Promise<void> => {
    if (size === 0) return;
    const bytes = new Blob(pending);
    [pending, size, writtenAt] = [[], 0, Date.now()];
    segments = [...segments, await writeSegment(folder, nextIndex++, bytes)];
  };
  const drop = async (): Promise<void> => {
    [pending, size, segments] = [[], 0, []];
    await clear(folder);
  };
  const readAll = (consume: (bytes: Uint8Array) => void | Promise<void>): Promise<void> =>
    enqueue(async () => {
      await flush();
      for (const segment of segments) for await (const chunk of segment.stream()) await consume(chunk);
    });
  return {
    keptBytes: kept.reduce((sum, segment) => sum + segment.size, 0),
    replay: readAll,
    readBack: readAll,
    write: (bytes) => {
      pending.push(bytes as Uint8Array<ArrayBuffer>);
      size += bytes.byteLength;
      const isDue = size >= MAX_SEGMENT || (size >= MIN_SEGMENT && Date.now() - writtenAt >= MAX_AGE);
      return isDue ? enqueue(flush) : undefined;
    },
    restart: () =>
      enqueue(async () => {
        await drop();
        await writeAbout(folder, file, false);
      }),
    commit: () =>
      enqueue(async () => {
        await flush();
        await writeAbout(folder, file, true);
      }),
    suspend: () => enqueue(flush),
    discard: () => enqueue(drop),
  };
};

/** Names of files may be longer than names of the storage, and may contain anything. */
const keyOf = async (name: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};

const writeFile = async (folder: FileSystemDirectoryHandle, name: string, content: Blob | string): Promise<File> => {
  const handle = await folder.getFileHandle(name, { create: true });
  const stream = await handle.createWritable();
  await stream.write(content);
  await stream.close();
  return handle.getFile();
};

const writeSegment = (folder: FileSystemDirectoryHandle, index: number, bytes: Blob): Promise<File> =>
  writeFile(folder, String(index).padStart(8, '0'), bytes);

const indexAfter = (segments: readonly File[]): number => Number(segments.at(-1)?.name ?? -1) + 1;

/** In order. A segment that the page had not closed is empty. */
const readSegments = async (folder: FileSystemDirectoryHandle): Promise<File[]> => {
  const files: File[] = [];
  for await (const [name, handle] of folder.entries())
    if (name !== ABOUT && handle.kind === 'file') files.push(await handle.getFile());
  return files.filter(({ size }) => size > 0).sort((one, other) => Number(one.name) - Number(other.name));
};

const readAbout = async (folder: FileSystemDirectoryHandle): Promise<About | undefined> => {
  try {
    return JSON.parse(await (await (await folder.getFileHandle(ABOUT)).getFile()).text()) as About;
  } catch {
    return undefined;
  }
};

const writeAbout = async (
  folder: FileSystemDirectoryHandle,
  { name, size, content }: IncomingFile,
  isComplete: boolean,
): Promise<void> => {
  const about = { name, ...(size === undefined ? {} : { size }), ...(content === undefined ? {} : { content }), isComplete };
  await writeFile(folder, ABOUT, JSON.stringify(about satisfies About));
};

const clear = async (folder: FileSystemDirectoryHandle): Promise<void> => {
  const names: string[] = [];
  for await (const [name] of folder.entries()) names.push(name);
  for (const name of names) await folder.removeEntry(name);
};

/** Returns true if the bytes of both are the same. */
const isSameFile = (one: About, { size, content }: IncomingFile): boolean =>
  one.content !== undefined &&
  content !== undefined &&
  one.size === size &&
  one.content.itemId === content.itemId &&
  one.content.contentVersion === content.contentVersion &&
  one.content.fileVersion === content.fileVersion;

const noSpaceError = (path: string, needed?: number): SinkError =>
  new SinkError({
    path,
    code: 'ENOSPC',
    reason: `the browser grants no storage for ${needed === undefined ? 'it' : `${needed} bytes`}. Remove saved exports, or start the dashboard with --directory.`,
  });

const toSinkError = (path: string, thrown: unknown): unknown =>
  thrown instanceof DOMException && thrown.name === 'QuotaExceededError' ? noSpaceError(path) : thrown;
