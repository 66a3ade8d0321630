/** The manifest of an exported item: verified if the item has one, otherwise written. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SinkError, type Checksum, type ChecksumAlgorithm, type DownloadSaved } from '../../index.ts';
import { compareFile, toDirectory } from '../../node/index.ts';
import { digestOf, manifestDifference, parseItemManifest } from './item-manifest.ts';
import { formatManifest, type ManifestEntry } from './manifest-text.ts';

/** An item whose files are all saved. */
export interface ExportedItem {
  readonly directory: string;
  readonly itemName: string;
  readonly saved: readonly DownloadSaved[];
  /** True if every file of the item was exported: a file that only the manifest has is then missing. */
  readonly isComplete: boolean;
  /** True if an existing file with other content is replaced. */
  readonly force: boolean;
}

/** What was done with the manifest. */
export interface ManifestResult {
  readonly type: 'manifest';
  /** Name of the manifest. */
  readonly file: string;
  /** `kept`: it was there already, with the same content. */
  readonly action: 'verified' | 'written' | 'kept';
  /** Number of files that were compared with it, or whose digests were written. */
  readonly files: number;
}

const isManifest = ({ file }: DownloadSaved): boolean => /\.mf$/i.test(file);
const isDescriptor = ({ file }: DownloadSaved): boolean => /\.ovf$/i.test(file);

/**
 * Verifies the manifest of the item, or writes one with the SHA256 of each file.
 *
 * Rejects with a `CommandError` (exit code 6) if a file differs from the manifest, and with `SinkError`.
 */
export const manifestOf = async (item: ExportedItem): Promise<ManifestResult> => {
  const own = item.saved.find(isManifest);
  return own === undefined ? write(item) : verify(item, own.file);
};

const verify = async ({ directory, saved, isComplete }: ExportedItem, manifest: string): Promise<ManifestResult> => {
  const entries = await readEntries(directory, manifest);
  const differences: string[] = [];
  let compared = 0;
  for (const { file, checksum } of entries) {
    const known = saved.find((each) => each.file === file);
    if (known === undefined) {
      if (isComplete) differences.push(`${file} is missing`);
      continue;
    }
    compared += 1;
    if ((await checksumOf(directory, known, checksum.algorithm)) !== checksum.value) differences.push(`${file} is different`);
  }
  if (differences.length > 0) throw manifestDifference(differences, manifest);
  return { type: 'manifest', file: manifest, action: 'verified', files: compared };
};

const readEntries = async (directory: string, manifest: string): Promise<readonly ManifestEntry[]> => {
  const path = join(directory, manifest);
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    throw new SinkError({ path, reason: 'it cannot be read' }, { cause: thrown });
  });
  return parseItemManifest(manifest, text);
};

const write = async ({ directory, itemName, saved, force }: ExportedItem): Promise<ManifestResult> => {
  const descriptors = saved.filter(isDescriptor);
  const [descriptor] = descriptors;
  const baseName = descriptors.length === 1 && descriptor !== undefined ? descriptor.file.replace(/\.ovf$/i, '') : itemName;
  const entries: ManifestEntry[] = [];
  for (const each of [...descriptors, ...saved.filter((other) => !isDescriptor(other))])
    entries.push({ file: each.file, checksum: { algorithm: 'SHA256', value: await checksumOf(directory, each, 'SHA256') } });
  const name = `${baseName}.mf`;
  const bytes = Buffer.from(formatManifest(entries));
  const isWritten = await save(directory, name, bytes, force);
  return { type: 'manifest', file: name, action: isWritten ? 'written' : 'kept', files: entries.length };
};

/** Writes a file unless it is there already with the same content. */
const save = async (directory: string, name: string, bytes: Uint8Array, force: boolean): Promise<boolean> => {
  const sink = toDirectory(directory, { force });
  const checksum: Checksum = { algorithm: 'SHA256', value: digestOf('SHA256', bytes) };
  const incoming = { name, size: bytes.byteLength };
  if ((await sink.find?.({ ...incoming, checksum })) !== undefined) return false;
  const file = await sink.open(incoming);
  try {
    await file.write(bytes);
    await file.commit({ checksum, verified: 'checksum' });
  } catch (thrown) {
    await file.discard();
    throw thrown;
  }
  return true;
};

/** Returns a checksum that was computed during the transfer, or else reads the file. */
const checksumOf = async (
  directory: string,
  { file, checksum, sha256 }: DownloadSaved,
  algorithm: ChecksumAlgorithm,
): Promise<string> => {
  if (checksum?.algorithm === algorithm) return checksum.value;
  if (algorithm === 'SHA256' && sha256 !== undefined) return sha256;
  const compared = await compareFile(directory, { name: file, checksum_info: { algorithm, checksum: '' } });
  const value = compared.checksum?.value;
  if (value === undefined) throw new SinkError({ path: join(directory, file), reason: 'it was removed after it was saved' });
  return value;
};
