/** The manifest of an OVA: the files are compared with the one that the item has, or their digests are collected for a new one. */

import { nodeHash } from '../../node/index.ts';
import { formatManifest, parseManifest, type ManifestEntry } from '../manifest/manifest-text.ts';
import { packageError } from './package-files.ts';

/** Compares or collects digests. */
export interface PackageManifest {
  /** Number of files that were compared, or whose digests were collected. */
  readonly files: number;
  /** Returns the digest that has to be computed for a file, besides its SHA256. */
  otherAlgorithm(name: string): ManifestEntry['checksum']['algorithm'] | undefined;
  /**
   * Adds a file.
   *
   * @throws CommandError with exit code 6 if it differs from the manifest of the item.
   */
  add(name: string, digest: { readonly sha256: string; readonly other?: string | undefined }): void;
  /** Returns the text of a new manifest; `undefined` if the item has one. */
  text(): string | undefined;
}

/** Creates the manifest of an item that has none. */
export const newManifest = (): PackageManifest => {
  const entries: ManifestEntry[] = [];
  return {
    get files() {
      return entries.length;
    },
    otherAlgorithm: () => undefined,
    add: (file, { sha256 }) => void entries.push({ file, checksum: { algorithm: 'SHA256', value: sha256 } }),
    text: () => formatManifest(entries),
  };
};

/**
 * Reads the manifest of an item.
 *
 * @param names - All files of the item.
 * @throws CommandError with exit code 6 if it is no manifest, or names no file or one that is missing.
 */
export const itemManifest = (name: string, bytes: Uint8Array, names: readonly string[]): PackageManifest => {
  const entries = new Map(parse(name, bytes).map(({ file, checksum }) => [file, checksum]));
  const missing = [...entries.keys()].filter((file) => !names.includes(file));
  if (missing.length > 0) throw damagedError(missing.map((file) => `${file} is missing`).join(', '), name);
  let files = 0;
  return {
    get files() {
      return files;
    },
    otherAlgorithm: (file) => {
      const algorithm = entries.get(file)?.algorithm;
      return algorithm === 'SHA256' ? undefined : algorithm;
    },
    add: (file, { sha256, other }) => {
      const stated = entries.get(file);
      if (stated === undefined) return;
      if (stated.value !== (stated.algorithm === 'SHA256' ? sha256 : other)) throw damagedError(`${file} is different`, name);
      files += 1;
    },
    text: () => undefined,
  };
};

const parse = (name: string, bytes: Uint8Array): readonly ManifestEntry[] => {
  try {
    const entries = parseManifest(new TextDecoder().decode(bytes));
    if (entries.length === 0) throw new TypeError('it names no file, so that nothing can be verified with it');
    return entries;
  } catch (thrown) {
    throw packageError(`${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
};

const damagedError = (differences: string, manifest: string) =>
  packageError(
    `${differences}: not as ${manifest} states. The item in the library is damaged, or was changed without its manifest.`,
  );

/** Returns a digest of bytes, in lower-case hexadecimal. */
export const digestOf = (algorithm: ManifestEntry['checksum']['algorithm'], bytes: Uint8Array): string => {
  const hash = nodeHash(algorithm);
  hash.update(bytes);
  return hash.digest();
};
