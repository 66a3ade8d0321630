/** Reads the first bytes of a `.part`. */

import type { FileHandle } from 'node:fs/promises';
import { nodeHash } from '../hash.ts';
import { writeAll } from './batched-writer.ts';
import { diskError } from './disk-error.ts';
import type { VerifiedBytes } from './sidecar-record.ts';

/** Bytes. */
const CHUNK_SIZE = 1024 * 1024;

/** For bytes that an earlier run could not commit. */
export interface Repair {
  readonly verified?: VerifiedBytes | undefined;
  readonly syncedBytes?: number;
}

export interface ReadOptions extends Repair {
  readonly path: string;
  readonly handle: FileHandle;
  /** Number of bytes to read. */
  readonly end: number;
  readonly consume: (bytes: Uint8Array) => void | Promise<void>;
  /** Called before each read. */
  readonly assertOpen: () => void;
}

/**
 * Passes the bytes to `consume`. If an earlier run could not commit them, those that a failed sync may have lost are written again: a
 * system reports lost bytes only once, and their next sync would succeed without them.
 *
 * @returns `short` if bytes are missing, `changed` if they are not those that were verified
 */
export const readPart = async (options: ReadOptions): Promise<'complete' | 'short' | 'changed'> => {
  const { path, handle, end, verified, syncedBytes = 0, consume, assertOpen } = options;
  const hash = verified?.bytes === end ? nodeHash(verified.checksum.algorithm) : undefined;
  const fail = (thrown: unknown): never => {
    throw diskError(path, thrown);
  };
  const buffer = Buffer.allocUnsafeSlow(CHUNK_SIZE);
  for (let position = 0; position < end;) {
    assertOpen();
    const { bytesRead } = await handle.read(buffer, 0, Math.min(CHUNK_SIZE, end - position), position).catch(fail);
    if (bytesRead === 0) return 'short';
    const bytes = buffer.subarray(0, bytesRead);
    if (hash !== undefined && position + bytesRead > syncedBytes) await writeAll(handle, bytes, position).catch(fail);
    hash?.update(bytes);
    await consume(bytes);
    position += bytesRead;
  }
  return hash === undefined || hash.digest() === verified?.checksum.value ? 'complete' : 'changed';
};
