/** The JSON record in a sidecar: its fields, how it is read and written. */

import type { FileHandle } from 'node:fs/promises';
import type { Checksum, ChecksumAlgorithm, IncomingFile, Proof } from '../../index.ts';
import { writeAll } from './batched-writer.ts';
import type { LockOwner } from './lock-owner.ts';
import { openRegularFile } from './no-follow-fs.ts';

/** Identity of the content in a `.part` file; it is resumed only if every field matches. */
export interface ContentKey {
  readonly format: 1;
  readonly name: string;
  readonly size?: number;
  readonly itemId: string;
  readonly contentVersion: string;
  readonly fileVersion?: string;
}

const contentKeyFields = [
  'format',
  'name',
  'size',
  'itemId',
  'contentVersion',
  'fileVersion',
] as const satisfies readonly (keyof ContentKey)[];

/** Bytes of every record. One write replaces it, so that neither a crash nor a full disk leaves half of it. */
const RECORD_LENGTH = 2048;

/** A record that was read, not validated. */
export type SidecarRecord = Readonly<Record<string, unknown>>;

/** Returns `undefined` if nothing distinguishes this content from a later version. */
export const contentKeyOf = ({ name, size, content }: IncomingFile): ContentKey | undefined => {
  if (content === undefined || content.contentVersion === '') return undefined;
  const { itemId, contentVersion, fileVersion } = content;
  const contentKey: ContentKey = {
    format: 1,
    name,
    itemId,
    contentVersion,
    ...(fileVersion === undefined ? {} : { fileVersion }),
    ...(size === undefined ? {} : { size }),
  };
  // The other half is for the lock owner.
  return Buffer.byteLength(JSON.stringify(contentKey)) > RECORD_LENGTH / 2 ? undefined : contentKey;
};

export const matches = (record: SidecarRecord, contentKey: ContentKey): boolean =>
  contentKeyFields.every((field) => record[field] === contentKey[field]);

/** Returns how many bytes of the `.part` survive a power cut. */
export const syncedBytesIn = (record: SidecarRecord | undefined): number => {
  const flushed = record?.['flushed'];
  return typeof flushed === 'number' && flushed > 0 ? flushed : 0;
};

/** All bytes of a `.part` whose commit has failed, and their checksum. The disk may have lost some of them, so they are compared again. */
export interface VerifiedBytes {
  readonly bytes: number;
  readonly checksum: Checksum;
  /** True if vCenter has stated this checksum. */
  readonly isStated: boolean;
}

export const verifiedBytesIn = (record: SidecarRecord | undefined): VerifiedBytes | undefined => {
  const verified = record?.['verified'];
  if (!isRecord(verified)) return undefined;
  const { bytes, algorithm, value, stated } = verified;
  return typeof bytes === 'number' && isAlgorithm(algorithm) && typeof value === 'string'
    ? { bytes, checksum: { algorithm, value }, isStated: stated === true }
    : undefined;
};

export const toVerifiedBytes = ({ checksum, sha256, verified }: Proof, bytes: number): VerifiedBytes | undefined => {
  const computed = checksum ?? (sha256 === undefined ? undefined : ({ algorithm: 'SHA256', value: sha256 } as const));
  return computed && { bytes, checksum: computed, isStated: verified === 'checksum' };
};

const algorithms: readonly unknown[] = ['SHA1', 'MD5', 'SHA256', 'SHA512'] satisfies readonly ChecksumAlgorithm[];

const isAlgorithm = (value: unknown): value is ChecksumAlgorithm => algorithms.includes(value);

/** Returns the process that writes the `.part`, or wrote it when it ended; or the one that suspended it without a sync. */
export const lockOwnerIn = (
  record: SidecarRecord | undefined,
  field: 'writer' | 'unsynced' = 'writer',
): LockOwner | undefined => {
  const writer = record?.[field];
  if (!isRecord(writer)) return undefined;
  const { host, pid, started, boot, id } = writer;
  if (typeof host !== 'string' || typeof id !== 'string') return undefined;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return {
    host,
    pid,
    id,
    ...(typeof started === 'string' ? { started } : {}),
    ...(typeof boot === 'string' ? { boot } : {}),
  };
};

const isRecord = (value: unknown): value is SidecarRecord => typeof value === 'object' && value !== null;

/** Returns `undefined` if there is no sidecar, or it holds no record. */
export const readRecordAt = async (sidecarPath: string): Promise<SidecarRecord | undefined> => {
  const handle = await openRegularFile(sidecarPath);
  if (handle === undefined) return undefined;
  try {
    return await readRecord(handle);
  } finally {
    await handle.close().catch(() => undefined);
  }
};

/** Returns `undefined` if the file holds no record. */
export const readRecord = async (handle: FileHandle): Promise<SidecarRecord | undefined> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(RECORD_LENGTH), 0, RECORD_LENGTH, 0);
  try {
    const record: unknown = JSON.parse(buffer.toString('utf8', 0, bytesRead));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
};

export const writeRecord = async (handle: FileHandle, record: SidecarRecord): Promise<void> => {
  const bytes = Buffer.alloc(RECORD_LENGTH, ' ');
  bytes.write(`${JSON.stringify(record)}\n`);
  await writeAll(handle, bytes, 0);
};
