/** A sink that writes files to a directory of the web's file system API. */

import { SinkError } from '../errors/index.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import type { CommitResult, FoundFile, Sink, SinkFile, SinkHash, SinkWarning, StatedFile } from '../transfer/sink.ts';
import { createBatchWriter } from './batch-writer.ts';
import { codeOf, toSinkError } from './dom-exception.ts';
import { createFileNameValidator } from './file-name-validator.ts';
import { partNameOf } from './part-name.ts';
import { SINK_OPTIONS, type SinkOptions } from './sink-options.ts';

/** Options of {@link toFileSystemDirectory}. */
export interface FileSystemDirectoryOptions extends SinkOptions {
  /** True to replace existing files; each is kept until its replacement is complete and verified. @default false */
  readonly force?: boolean | undefined;
}

const DIRECTORY_OPTIONS: OptionNames<FileSystemDirectoryOptions> = { ...SINK_OPTIONS, force: true };

/**
 * Creates a sink that writes files to a directory picked with `showDirectoryPicker`, or of the origin private file system. Bytes become
 * visible only when a file is closed, which is after its verification. A new file is `NAME.part` until then. On platforms that cannot move
 * files, it is an empty file with its final name, which is removed if the download fails; or the file is copied in the end.
 *
 * Errors of its files: `SinkError` (`EEXIST` without `force`, `ENOSPC`, `EACCES` …), `UnsafeNameError`.
 */
export const toFileSystemDirectory = (directory: FileSystemDirectoryHandle, options: FileSystemDirectoryOptions = {}): Sink => {
  assertKnownOptions(options, DIRECTORY_OPTIONS);
  const { force = false, createHash } = options;
  const validateName = createFileNameValidator();
  const findVerified = createVerifiedFinder();
  const open: Sink['open'] = async ({ name }) => {
    const validName = validateName(name);
    try {
      return await openFile(directory, validName, force);
    } catch (thrown) {
      throw toSinkError(validName, thrown);
    }
  };
  const find = async (file: StatedFile, signal?: AbortSignal): Promise<FoundFile | undefined> => {
    const hash = createHash?.(file.checksum.algorithm);
    const existing = await getFileIfExists(directory, validateName(file.name)).catch(() => undefined);
    return hash === undefined || existing === undefined ? undefined : findVerified(await existing.getFile(), file, hash, signal);
  };
  const check: Sink['check'] = async (files, signal) => {
    for (const { name } of files) validateName(name);
    if (force) return;
    for (const { checksum, ...file } of files) {
      const isThere = (await getFileIfExists(directory, file.name).catch(toUnknown)) !== undefined;
      // Whether it is the same file is known later, if the download session states its checksum.
      if (!isThere || (checksum === undefined && createHash !== undefined)) continue;
      const same = checksum && (await find({ ...file, checksum }, signal));
      if (same === undefined) throw alreadyExistsError(file.name);
    }
  };
  return createHash === undefined ? { open, check } : { open, check, createHash, find };
};

/** A directory that cannot be read is reported when a file is opened. */
const toUnknown = (): undefined => undefined;

const openFile = async (directory: FileSystemDirectoryHandle, name: string, force: boolean): Promise<SinkFile> => {
  const target = await openTarget(directory, name, force);
  const stream = await target.handle.createWritable().catch(async (thrown: unknown) => {
    await target.remove().catch(() => undefined);
    throw thrown;
  });
  const batch = createBatchWriter((bytes) => stream.write(bytes));
  let committing: Promise<CommitResult> | undefined;
  const mapErrors = <A>(operation: Promise<A>): Promise<A> =>
    operation.catch((thrown: unknown) => {
      throw toSinkError(name, thrown);
    });
  const commit = async (): Promise<CommitResult> => {
    await batch.flush();
    await stream.close();
    return { warnings: await target.publish() };
  };
  const restart = async (): Promise<void> => {
    batch.clear();
    await stream.truncate(0);
    await stream.seek(0);
  };
  return {
    write: (bytes) => {
      const written = batch.add(bytes);
      return written === undefined ? undefined : mapErrors(written);
    },
    restart: () => mapErrors(restart()),
    commit: () => (committing = mapErrors(commit())),
    discard: async () => {
      const isCommitted = await committing?.then(
        () => true,
        () => false,
      );
      if (isCommitted === true) return;
      await stream.abort().catch(() => undefined);
      await target.remove().catch(() => undefined);
    },
  };
};

/** The file that is written until the download is committed. */
interface Target {
  readonly handle: FileSystemFileHandle;
  publish(): Promise<readonly SinkWarning[]>;
  /** Removes the file if this download has created it. */
  remove(): Promise<void>;
}

const openTarget = async (directory: FileSystemDirectoryHandle, name: string, force: boolean): Promise<Target> => {
  const existing = await getFileIfExists(directory, name);
  if (existing !== undefined && !force) throw alreadyExistsError(name);
  // Written bytes become visible only on close: until then the existing file is unchanged.
  if (existing !== undefined) return { handle: existing, publish: async () => [], remove: async () => undefined };

  const part = await partNameOf(name);
  const handle = await directory.getFileHandle(part, { create: true });
  if (isMovable(handle))
    return {
      handle,
      publish: async () => {
        const warnings: SinkWarning[] = [];
        if (!force && (await getFileIfExists(directory, name)) !== undefined) throw alreadyExistsError(name);
        try {
          await handle.move(name);
        } catch (thrown) {
          if (!isMoveNotSupported(thrown)) throw thrown;
          await copyTo(directory, name, handle);
          await directory.removeEntry(part).catch((failure: unknown) => {
            warnings.push(partNotRemovedWarning(part, failure));
          });
        }
        return warnings;
      },
      remove: () => directory.removeEntry(part),
    };
  await directory.removeEntry(part);
  return {
    handle: await directory.getFileHandle(name, { create: true }),
    publish: async () => [],
    remove: () => directory.removeEntry(name),
  };
};

/** Not in the standard yet, and not in every browser. */
interface Movable {
  move(name: string): Promise<void>;
}

const isMovable = (handle: FileSystemFileHandle): handle is FileSystemFileHandle & Movable =>
  'move' in handle && typeof handle.move === 'function';

const partNotRemovedWarning = (part: string, failure: unknown): SinkWarning => ({
  code: 'PART_NOT_REMOVED',
  message: `${part}: this temporary file could not be removed (${codeOf(failure) ?? String(failure)}). Remove it.`,
});

/** A browser whose `move` has other parameters throws a `TypeError`. */
const isMoveNotSupported = (thrown: unknown): boolean => thrown instanceof TypeError || codeOf(thrown) === 'ENOTSUP';

/** Like a move, the copy becomes visible only when it is complete. Until then an empty file has the name. */
const copyTo = async (directory: FileSystemDirectoryHandle, name: string, source: FileSystemFileHandle): Promise<void> => {
  const target = await directory.getFileHandle(name, { create: true });
  let stream: FileSystemWritableFileStream | undefined;
  try {
    stream = await target.createWritable();
    await stream.write(await source.getFile());
    await stream.close();
  } catch (thrown) {
    await stream?.abort().catch(() => undefined);
    await directory.removeEntry(name).catch(() => undefined);
    throw thrown;
  }
};

const getFileIfExists = (directory: FileSystemDirectoryHandle, name: string): Promise<FileSystemFileHandle | undefined> =>
  directory.getFileHandle(name).catch((thrown: unknown) => {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
    return undefined;
  });

/** The same message as that of `toDirectory` on Node.js. */
const alreadyExistsError = (name: string): SinkError =>
  new SinkError({
    path: name,
    code: 'EEXIST',
    reason: 'a file with this name already exists. Choose another directory, or replace it with force.',
  });

/** Creates a function that compares length and checksum, and reads a file only once as long as it does not change. */
const createVerifiedFinder = () => {
  const cache = new Map<string, string>();
  return async (
    file: File,
    { size, checksum: { algorithm, value } }: StatedFile,
    hash: SinkHash,
    signal: AbortSignal | undefined,
  ): Promise<FoundFile | undefined> => {
    if (size !== undefined && size !== file.size) return undefined;
    const version = [file.size, file.lastModified, algorithm, value].join();
    if (cache.get(file.name) !== version) {
      await readInto(hash, file, signal);
      if (hash.digest() !== value.toLowerCase()) return undefined;
      cache.set(file.name, version);
    }
    return { bytes: file.size };
  };
};

const readInto = async (hash: SinkHash, file: File, signal: AbortSignal | undefined): Promise<void> => {
  const reader = file.stream().getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      signal?.throwIfAborted();
      hash.update(chunk.value);
    }
  } finally {
    await reader.cancel();
  }
};
