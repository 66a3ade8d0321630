/** Whether what came is what vCenter has, and how that is known. */

import { ChecksumError, TruncatedError } from '../errors/index.ts';
import type { ChecksumAlgorithm, ChecksumInfo } from '../model/transfer.ts';
import type { Checksum, SinkHash, Proof, Sink } from './sink.ts';

/** Hashes that grow while the bytes pass, by algorithm. */
export type Hashes = ReadonlyMap<ChecksumAlgorithm, SinkHash>;

/** Hashes that were closed after the last byte, in lower-case hexadecimal. */
export type Digests = ReadonlyMap<ChecksumAlgorithm, string>;

/** Closes hashes: they take no further byte. */
export const digestsOf = (hashes: Hashes): Digests => new Map([...hashes].map(([algorithm, hash]) => [algorithm, hash.digest()]));

/** SHA256 for the record, and what vCenter will compare with: SHA1 unless it says otherwise. */
export const hashesFor = (sink: Sink, stated: ChecksumInfo | undefined): Hashes => {
  const wanted = new Set<ChecksumAlgorithm>(['SHA256', algorithmOf(stated) ?? 'SHA1']);
  return new Map(
    [...wanted].flatMap((algorithm) => {
      const hash = sink.createHash?.(algorithm);
      return hash === undefined ? [] : [[algorithm, hash] as const];
    }),
  );
};

/**
 * Compares what came with every length that was stated, in bytes.
 *
 * @throws TruncatedError where one does not agree.
 */
export const assertLength = (file: string, received: number, lengths: readonly (number | undefined)[]): void => {
  for (const expected of lengths)
    if (expected !== undefined && expected !== received) throw new TruncatedError({ file, expected, received });
};

/** What is known about a file once its last byte has come. */
export interface VerificationInput {
  readonly file: string;
  readonly received: number;
  /** The lengths that were stated, in bytes. */
  readonly lengths: readonly (number | undefined)[];
  /** The checksums that were stated; the first that can be compared counts. */
  readonly checksums: readonly (ChecksumInfo | undefined)[];
  /** Called only where the lengths agree: who knows that bytes are missing may go on. */
  readonly digests: () => Digests;
}

/**
 * Compares everything that can be compared.
 *
 * @throws TruncatedError or ChecksumError where something does not agree.
 */
export const verify = ({ file, received, lengths, checksums, digests }: VerificationInput): Proof => {
  assertLength(file, received, lengths);

  const known = digests();
  const sha256 = known.get('SHA256');
  const record = sha256 === undefined ? {} : { sha256 };
  for (const checksum of checksums) {
    const algorithm = checksum === undefined ? undefined : algorithmOf(checksum);
    const value = algorithm === undefined ? undefined : known.get(algorithm);
    if (checksum === undefined || algorithm === undefined || value === undefined) continue;
    const expected = checksum.checksum.toLowerCase();
    if (expected !== value) throw new ChecksumError({ file, algorithm, expected, actual: value });
    return { checksum: { algorithm, value }, ...record, verified: 'checksum' };
  }

  const [first] = known;
  return {
    ...(first === undefined ? {} : { checksum: { algorithm: first[0], value: first[1] } }),
    ...record,
    verified: lengths.some((length) => length !== undefined) ? 'length' : 'none',
  };
};

/** Whether a checksum that was stated can be compared with these bytes. */
export const canVerify = (hashes: Hashes, stated: ChecksumInfo | undefined): stated is ChecksumInfo => {
  const algorithm = stated && normalizeChecksum(stated)?.algorithm;
  return algorithm !== undefined && hashes.has(algorithm);
};

/** Whether the bytes are those of a checksum that was stated. */
export const isEqual = (digests: Digests, stated: ChecksumInfo): boolean => {
  const checksum = normalizeChecksum(stated);
  return checksum !== undefined && digests.get(checksum.algorithm) === checksum.value;
};

/** What vCenter states, in the form that checksums are compared in; `undefined` if its algorithm is not known yet. */
export const normalizeChecksum = (stated: ChecksumInfo): Checksum | undefined => {
  const algorithm = algorithmOf(stated);
  return algorithm === undefined ? undefined : { algorithm, value: stated.checksum.toLowerCase() };
};

const algorithms: readonly ChecksumAlgorithm[] = ['SHA1', 'MD5', 'SHA256', 'SHA512'];

/** Not set means SHA1; `undefined` is an algorithm that nobody knows yet. */
const algorithmOf = (checksum: ChecksumInfo | undefined): ChecksumAlgorithm | undefined =>
  checksum?.algorithm === undefined ? 'SHA1' : algorithms.find((known) => known === checksum.algorithm);
