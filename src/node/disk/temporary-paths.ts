/** The names of unfinished files: `NAME.part` and its sidecar `NAME.part.json`. */

import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/** Bytes; the limit of most file systems. */
const MAX_NAME_LENGTH = 255;
const PART_SUFFIX = '.part';
const SIDECAR_SUFFIX = '.part.json';
/** Hexadecimal digits. */
const HASH_LENGTH = 16;

/** The temporary files of one download. */
export interface TemporaryPaths {
  readonly part: string;
  readonly sidecar: string;
}

/** Returns the same paths for the same file in every run. A name that leaves no space for the suffixes is shortened in them. */
export const temporaryPathsOf = (path: string): TemporaryPaths => {
  const stem = join(dirname(path), shorten(basename(path)));
  return { part: `${stem}${PART_SUFFIX}`, sidecar: `${stem}${SIDECAR_SUFFIX}` };
};

/** The hash distinguishes long names with the same beginning. */
const shorten = (name: string): string => {
  const bytes = Buffer.from(name);
  const maxLength = MAX_NAME_LENGTH - SIDECAR_SUFFIX.length;
  if (bytes.byteLength <= maxLength) return name;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, HASH_LENGTH);
  // `stream` drops the first bytes of a character that was cut.
  const start = new TextDecoder().decode(bytes.subarray(0, maxLength - HASH_LENGTH - 1), { stream: true });
  return `${start}~${hash}`;
};
