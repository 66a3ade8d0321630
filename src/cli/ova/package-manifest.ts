/** The manifest of an OVA: the files are compared with the one that the item has, or their digests are collected for a new one. */

import { manifestDifference, parseItemManifest } from '../manifest/item-manifest.ts';
import { formatManifest, type ManifestEntry } from '../manifest/manifest-text.ts';

/** Compares or collects digests. */
export interface PackageManifest {
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
  const entries = new Map(parseItemManifest(name, new TextDecoder().decode(bytes)).map(({ file, checksum }) => [file, checksum]));
  const missing = [...entries.keys()].filter((file) => !names.includes(file));
  if (missing.length > 0)
    throw manifestDifference(
      missing.map((file) => `${file} is missing`),
      name,
    );
  return {
    otherAlgorithm: (file) => {
      const algorithm = entries.get(file)?.algorithm;
      return algorithm === 'SHA256' ? undefined : algorithm;
    },
    add: (file, { sha256, other }) => {
      const stated = entries.get(file);
      if (stated === undefined) return;
      if (stated.value !== (stated.algorithm === 'SHA256' ? sha256 : other))
        throw manifestDifference([`${file} is different`], name);
    },
    text: () => undefined,
  };
};
