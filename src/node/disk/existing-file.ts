/** Whether a file stands under its final name already, and is the very one that the server has. */

import type { FileHandle } from 'node:fs/promises';
import type { FoundFile, SinkHash, StatedFile } from '../../index.ts';
import { lstatIfExists, openRegularFile, unlinkIfExists, isSameFile } from './no-follow-fs.ts';
import { nodeHash } from '../hash.ts';
import { isAbandoned } from './sidecar.ts';

/** Reads it as a whole, if it is of the right length. A link is not followed, and what may not be read is not found. */
export const findVerified = async (
  path: string,
  { size, checksum }: StatedFile,
  signal: AbortSignal | undefined,
): Promise<FoundFile | undefined> => {
  const handle = await openRegularFile(path);
  if (handle === undefined) return undefined;
  try {
    const { size: bytes } = await handle.stat();
    if (size !== undefined && size !== bytes) return undefined;
    const hash = nodeHash(checksum.algorithm);
    const read = await readAll(handle, hash, signal);
    if (read !== bytes || hash.digest() !== checksum.value.toLowerCase()) return undefined;
    await removeLeftovers(path);
    return { path, bytes };
  } finally {
    await handle.close();
  }
};

const readAll = async (handle: FileHandle, hash: SinkHash, signal: AbortSignal | undefined): Promise<number> => {
  const slab = Buffer.allocUnsafeSlow(1024 * 1024);
  for (let at = 0; ;) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(slab, 0, slab.byteLength, at);
    if (bytesRead === 0) return at;
    hash.update(slab.subarray(0, bytesRead));
    at += bytesRead;
  }
};

/** Removes what a process has left that crashed when its file had its name already. */
export const removeLeftovers = async (path: string): Promise<void> => {
  const [part, sidecar] = [`${path}.part`, `${path}.part.json`];
  const there = await lstatIfExists(path);
  // A `.part` that is not this very file may be taken up again.
  if (there === undefined || ((await lstatIfExists(part)) !== undefined && !(await isSameFile(part, there)))) return;
  if (!(await isAbandoned(sidecar))) return;
  await unlinkIfExists(part);
  await unlinkIfExists(sidecar);
};
