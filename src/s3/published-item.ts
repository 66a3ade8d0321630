/** The manifest of an item in a bucket: the manifest of a mirrored item, and which objects its files are. */

import { decodeItemManifest, type Checksum, type ItemManifest, type ManifestFile } from '../index.ts';
import type { Bucket } from './bucket.ts';

/** A complete file in the bucket. */
export interface StoredFile {
  readonly key: string;
  readonly etag: string;
  /** Length in bytes. */
  readonly bytes: number;
  readonly checksum?: ManifestFile['checksum'];
  readonly sha256?: string;
}

/** An item whose manifest is in the bucket. */
export interface PublishedItem {
  readonly place: string;
  readonly manifest: ItemManifest;
  /** Counts the manifests of the item, from 1. If a crash has left two, the one with the higher number is valid. */
  readonly revision: number;
  /** Its files by name. */
  readonly files: ReadonlyMap<string, StoredFile>;
  /** `ETag` of the manifest. */
  readonly etag: string;
}

/** Reads the manifest of a place. `undefined`: there is none; `'damaged'`: it is not a manifest of a bucket. */
export const readPublishedItem = async (
  bucket: Bucket,
  key: string,
  place: string,
): Promise<PublishedItem | 'damaged' | undefined> => {
  const found = await bucket.getText(key);
  if (found === undefined) return undefined;
  const value = parseJson(found.text);
  const decoded = decodeItemManifest(value);
  if (decoded._tag === 'Left') return 'damaged';
  const manifest = decoded.right;
  const revision = typeof value === 'object' && value !== null && 'revision' in value ? Number(value.revision) : NaN;
  const files = new Map<string, StoredFile>();
  for (const file of manifest.files) {
    const stored = decodeStoredFile(file);
    if (stored !== undefined) files.set(file.name, stored);
  }
  if (!Number.isSafeInteger(revision) || files.size !== manifest.files.length) return 'damaged';
  return { place, manifest, revision, files, etag: found.etag };
};

/** Returns the text of the manifest, with what is known of its files. */
export const manifestText = (manifest: ItemManifest, revision: number, files: ReadonlyMap<string, StoredFile>): string => {
  const withKeys = manifest.files.map((file) => {
    const { key, etag, sha256 } = files.get(file.name) ?? {};
    // A file of an earlier version was found by another checksum.
    return { ...(sha256 === undefined ? {} : { sha256 }), ...file, key, etag };
  });
  return `${JSON.stringify({ ...manifest, revision, files: withKeys }, undefined, 2)}\n`;
};

/** Decodes a file of a manifest, or the record of one. */
export const decodeStoredFile = (value: unknown): StoredFile | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { key, etag, bytes, checksum, sha256 } = value as Partial<Record<keyof StoredFile, unknown>>;
  if (typeof key !== 'string' || typeof etag !== 'string' || typeof bytes !== 'number') return undefined;
  return {
    key,
    etag,
    bytes,
    ...(isChecksum(checksum) ? { checksum } : {}),
    ...(typeof sha256 === 'string' ? { sha256 } : {}),
  };
};

const isChecksum = (value: unknown): value is NonNullable<StoredFile['checksum']> =>
  typeof value === 'object' &&
  value !== null &&
  'algorithm' in value &&
  typeof value.algorithm === 'string' &&
  'value' in value &&
  typeof value.value === 'string';

/** Returns true if a file has the stated checksum, and the size if that is stated. */
export const isStatedFile = (file: StoredFile, checksum: Checksum, size: number | undefined): boolean => {
  if (size !== undefined && size !== file.bytes) return false;
  if (file.checksum?.algorithm === checksum.algorithm) return file.checksum.value === checksum.value;
  return checksum.algorithm === 'SHA256' && file.sha256 === checksum.value;
};

/** Returns the value of a text of JSON; `undefined` if it is not. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
