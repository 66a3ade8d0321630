/** Reads text files: without a byte order mark, and only in UTF-8. */

import { readFileSync } from 'node:fs';
import { messageOf, usageError } from '../command-error.ts';

/** Options of {@link readTextFile}. */
export interface ReadOptions {
  /** The text of a file that does not exist. @default that is an error */
  readonly absent?: string;
  /** False to accept any 8-bit encoding, because only ASCII characters matter. @default true */
  readonly fatal?: boolean;
}

/**
 * Reads a file.
 *
 * @param what - Names it in the usage error if it cannot be read, e.g. `the certificates`.
 */
export const readTextFile = (path: string, what: string, { absent, fatal = true }: ReadOptions = {}): string => {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    if (absent !== undefined && systemCode(thrown) === 'ENOENT') return absent;
    throw usageError(`Cannot read ${what}: ${messageOf(thrown)}. Check the path and its permissions.`);
  }
  return decodeText(bytes, path, fatal);
};

/** Returns the code of an error of the system, such as `ENOENT`. Checks the shape, because the error may come from another realm. */
export const systemCode = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;

/** The longer marks first: that of UTF-32 begins with that of UTF-16. */
const foreignMarks: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['UTF-32', [0xff, 0xfe, 0, 0]],
  ['UTF-32', [0, 0, 0xfe, 0xff]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
];

/** Decodes UTF-8 and removes its byte order mark. Another encoding is a usage error with its name. */
export const decodeText = (bytes: Uint8Array, name: string, fatal = true): string => {
  const encoding = foreignMarks.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte))?.[0];
  if (encoding !== undefined) throw encodingError(name, encoding);
  // Text has no zero bytes, but every ASCII character of UTF-16 has one.
  if (bytes.includes(0)) throw encodingError(name, 'UTF-16 without a byte order mark, or is not text');
  try {
    return new TextDecoder('utf-8', { fatal }).decode(bytes);
  } catch {
    throw encodingError(name, 'an 8-bit encoding such as Windows-1252, not in UTF-8');
  }
};

const encodingError = (name: string, encoding: string): Error => usageError(`${name} is in ${encoding}. Save it as UTF-8.`);
