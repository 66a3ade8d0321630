/** Finds a file that is already complete under its final name. */

import type { FileHandle } from 'node:fs/promises';
import type { FoundFile, SinkHash, StatedFile } from '../../index.ts';
import { nodeHash } from '../hash.ts';
import { isSameFile, lstatIfExists, openRegularFile, unlinkIfExists } from './no-follow-fs.ts';
import { isAbandoned } from './sidecar.ts';
import { temporaryPathsOf } from './temporary-paths.ts';

/** Creates a {@link findVerified} that reads a file only once as long as it does not change. */
export const createVerifiedFinder = (): typeof findVerified => {
  const cache = new Map<string, { readonly version: string; readonly found: FoundFile }>();
  return async (path, file, signal) => {
    const stats = await lstatIfExists(path).catch(() => undefined);
    if (stats === undefined) return undefined;
    const { algorithm, value } = file.checksum;
    const version = [stats.dev, stats.ino, stats.size, stats.mtimeNs, file.size, algorithm, value].join();
    const cached = cache.get(path);
    if (cached?.version === version) return cached.found;
    const found = await findVerified(path, file, signal);
    if (found !== undefined) cache.set(path, { version, found });
    return found;
  };
};

/** Compares length and checksum. Links and files that cannot be opened are not found. */
const findVerified = async (
  path: string,
  { size, checksum }: StatedFile,
  signal: AbortSignal | undefined,
): Promise<FoundFile | undefined> => {
  const handle = await openRegularFile(path).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { size: bytes } = await handle.stat();
    if (size !== undefined && size !== bytes) return undefined;
    const hash = nodeHash(checksum.algorithm);
    const bytesRead = await readInto(hash, handle, signal);
    if (bytesRead !== bytes || hash.digest() !== checksum.value.toLowerCase()) return undefined;
    await removeLeftovers(path).catch(() => undefined);
    return { path, bytes };
  } finally {
    await handle.close();
  }
};

/** Adds all bytes of a file to a checksum; returns their number. */
export const readInto = async (hash: SinkHash, handle: FileHandle, signal: AbortSignal | undefined): Promise<number> => {
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  for (let position = 0; ;) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, position);
    if (bytesRead === 0) return position;
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
};

/** Removes the `.part` and the sidecar of a process that crashed right after publishing the file. */
export const removeLeftovers = async (path: string): Promise<void> => {
  const { part, sidecar } = temporaryPathsOf(path);
  const existing = await lstatIfExists(path);
  // A `.part` that is another file can be resumed.
  if (existing === undefined || ((await lstatIfExists(part)) !== undefined && !(await isSameFile(part, existing)))) return;
  if (!(await isAbandoned(sidecar))) return;
  await unlinkIfExists(part);
  await unlinkIfExists(sidecar);
};
