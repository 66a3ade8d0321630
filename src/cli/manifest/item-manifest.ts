/** The manifest of an item as the library has it, and the errors of an item that differs from it. */

import { nodeHash } from '../../node/index.ts';
import { CommandError, messageOf } from '../command-error.ts';
import { replaceControlCharacters } from '../output/format.ts';
import { parseManifest, type ManifestEntry } from './manifest-text.ts';

/** The error of an item that is damaged, or no complete OVF package. */
export const itemError = (message: string): CommandError =>
  new CommandError('DifferenceError', 6, replaceControlCharacters(message));

/**
 * Returns the error of files that differ from a manifest.
 *
 * @param differences - One for each file, such as `disk.vmdk is missing`.
 * @param manifest - Name of the manifest.
 */
export const manifestDifference = (differences: readonly string[], manifest: string): CommandError =>
  itemError(
    `${differences.join(', ')}: not as ${manifest} states. The item in the library is damaged, or was changed without its manifest.`,
  );

/**
 * Parses the manifest of an item.
 *
 * @throws CommandError with exit code 6 if it is no manifest, or names no file.
 */
export const parseItemManifest = (name: string, text: string): readonly ManifestEntry[] => {
  try {
    const entries = parseManifest(text);
    if (entries.length === 0) throw new TypeError('it names no file, so that nothing can be verified with it');
    return entries;
  } catch (thrown) {
    throw itemError(`${name}: ${messageOf(thrown)}`);
  }
};

/** Returns a digest of bytes, in lower-case hexadecimal. */
export const digestOf = (algorithm: ManifestEntry['checksum']['algorithm'], bytes: Uint8Array): string => {
  const hash = nodeHash(algorithm);
  hash.update(bytes);
  return hash.digest();
};
