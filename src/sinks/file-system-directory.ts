/** Files in a directory that the web platform gives access to, under their names only when they are whole. */

import { SinkError } from '../errors/index.ts';
import type { FoundFile, SinkHash, Sink, SinkFile, StatedFile } from '../transfer/sink.ts';
import { createBatchWriter } from './batch-writer.ts';
import { codeOf, toSinkError } from './dom-exception.ts';
import { createFileNameValidator } from './file-name-validator.ts';

/** Options of {@link toFileSystemDirectory}. */
export interface FileSystemDirectoryOptions extends Pick<Sink, 'createHash'> {
  /** Replace files that are there already; each stays as it is until its successor is whole. @default false */
  readonly force?: boolean;
}

/**
 * A sink that writes files into a directory picked with `showDirectoryPicker`, or of the origin's private file system. Bytes become
 * visible only when a file is closed, which is after its proof. A new file is `NAME.part` until then; where the platform cannot move
 * files it is an empty one of its final name, which is removed when the download fails.
 *
 * Errors of its files: `SinkError` (`EEXIST` without `force`, `ENOSPC`, `EACCES` …), `UnsafeNameError`.
 */
export const toFileSystemDirectory = (
  directory: FileSystemDirectoryHandle,
  { force = false, createHash }: FileSystemDirectoryOptions = {},
): Sink => {
  const safeName = createFileNameValidator();
  const open: Sink['open'] = async ({ name }) => {
    const safe = safeName(name);
    try {
      return await openIn(directory, safe, force);
    } catch (thrown) {
      throw toSinkError(safe, thrown);
    }
  };
  if (createHash === undefined) return { open };
  return {
    open,
    createHash,
    find: async (file, signal) => {
      const hash = createHash(file.checksum.algorithm);
      const there = await fileAt(directory, safeName(file.name)).catch(() => undefined);
      return hash === undefined || there === undefined ? undefined : findVerified(await there.getFile(), file, hash, signal);
    },
  };
};

const openIn = async (directory: FileSystemDirectoryHandle, name: string, force: boolean): Promise<SinkFile> => {
  const target = await targetIn(directory, name, force);
  const stream = await target.handle.createWritable().catch(async (thrown: unknown) => {
    await target.remove().catch(() => undefined);
    throw thrown;
  });
  const batch = createBatchWriter((bytes) => stream.write(bytes));
  let committing: Promise<void> | undefined;
  const mapErrors = (work: Promise<void>): Promise<void> =>
    work.catch((thrown: unknown) => {
      throw toSinkError(name, thrown);
    });
  const commit = async (): Promise<void> => {
    await batch.flush();
    await stream.close();
    await target.publish();
  };
  const restart = async (): Promise<void> => {
    batch.clear();
    await stream.truncate(0);
    await stream.seek(0);
  };
  return {
    write: (bytes) => {
      const waiting = batch.add(bytes);
      return waiting === undefined ? undefined : mapErrors(waiting);
    },
    restart: () => mapErrors(restart()),
    commit: () => (committing = mapErrors(commit())),
    discard: async () => {
      const isWhole = await committing?.then(
        () => true,
        () => false,
      );
      if (isWhole === true) return;
      await stream.abort().catch(() => undefined);
      await target.remove().catch(() => undefined);
    },
  };
};

/** Where the bytes of a file go until they are whole. */
interface Target {
  readonly handle: FileSystemFileHandle;
  publish(): Promise<void>;
  /** Removes what would not be there without this download. */
  remove(): Promise<void>;
}

const targetIn = async (directory: FileSystemDirectoryHandle, name: string, force: boolean): Promise<Target> => {
  const there = await fileAt(directory, name);
  if (there !== undefined && !force) throw alreadyExistsError(name);
  // What is written shows only when it is closed: until then the old file stays as it is.
  if (there !== undefined) return { handle: there, publish: async () => undefined, remove: async () => undefined };

  const part = `${name}.part`;
  const handle = await directory.getFileHandle(part, { create: true });
  if (isMovable(handle))
    return {
      handle,
      publish: async () => {
        if (!force && (await fileAt(directory, name)) !== undefined) throw alreadyExistsError(name);
        await handle.move(name);
      },
      remove: () => directory.removeEntry(part),
    };
  await directory.removeEntry(part);
  return {
    handle: await directory.getFileHandle(name, { create: true }),
    publish: async () => undefined,
    remove: () => directory.removeEntry(name),
  };
};

/** Not yet in the standard, and not in every browser. */
interface Movable {
  move(name: string): Promise<void>;
}

const isMovable = (handle: FileSystemFileHandle): handle is FileSystemFileHandle & Movable =>
  'move' in handle && typeof handle.move === 'function';

const fileAt = (directory: FileSystemDirectoryHandle, name: string): Promise<FileSystemFileHandle | undefined> =>
  directory.getFileHandle(name).catch((thrown: unknown) => {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
    return undefined;
  });

const alreadyExistsError = (name: string): SinkError =>
  new SinkError({
    path: name,
    code: 'EEXIST',
    reason: 'a file of this name is there already. Choose another directory, or allow it to be replaced (force).',
  });

const findVerified = async (
  file: File,
  { size, checksum }: StatedFile,
  hash: SinkHash,
  signal: AbortSignal | undefined,
): Promise<FoundFile | undefined> => {
  if (size !== undefined && size !== file.size) return undefined;
  const reader = file.stream().getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      signal?.throwIfAborted();
      hash.update(part.value);
    }
  } finally {
    await reader.cancel();
  }
  return hash.digest() === checksum.value.toLowerCase() ? { bytes: file.size } : undefined;
};
