/** The text of an OVF manifest (`.mf`): a digest of each file of an OVF package. */

import type { Checksum, ChecksumAlgorithm } from '../../index.ts';

/** The digest of one file. */
export interface ManifestEntry {
  /** The name as the manifest has it. */
  readonly file: string;
  readonly checksum: Checksum;
}

/** Spellings of the algorithms; `SHA2-256` is that of some tools. */
const ALGORITHMS: ReadonlyMap<string, ChecksumAlgorithm> = new Map([
  ['SHA1', 'SHA1'],
  ['SHA256', 'SHA256'],
  ['SHA2256', 'SHA256'],
  ['SHA512', 'SHA512'],
  ['SHA2512', 'SHA512'],
  ['MD5', 'MD5'],
]);

const HEX_LENGTHS: Readonly<Record<ChecksumAlgorithm, number>> = { MD5: 32, SHA1: 40, SHA256: 64, SHA512: 128 };

/** The name may contain parentheses and equals signs: it ends at the last parenthesis before the digest. */
const LINE = /^\s*([a-z0-9-]+)\s*\((.+)\)\s*=\s*([0-9a-f]+)\s*$/is;

/**
 * Parses a manifest in any common spelling: with or without spaces, upper or lower case, any line ends.
 *
 * @throws TypeError that names the line which is no digest.
 */
export const parseManifest = (text: string): readonly ManifestEntry[] =>
  text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, index + 1)]));

const parseLine = (line: string, number: number): ManifestEntry => {
  const [, name = '', file = '', digest = ''] = LINE.exec(line) ?? [];
  const algorithm = ALGORITHMS.get(name.toUpperCase().replaceAll('-', ''));
  if (algorithm === undefined || digest.length !== HEX_LENGTHS[algorithm])
    throw new TypeError(`line ${number} is not a digest such as SHA256(disk.vmdk)= 5ab3…`);
  return { file, checksum: { algorithm, value: digest.toLowerCase() } };
};

/** Returns the text of a manifest, as the OVF specification (DSP0243) has it. */
export const formatManifest = (entries: readonly ManifestEntry[]): string =>
  entries.map(({ file, checksum: { algorithm, value } }) => `${algorithm}(${file})= ${value}\n`).join('');
