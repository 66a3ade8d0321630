/** Compares the received bytes with the lengths and checksums that the server has stated. */

import { ChecksumError, TruncatedError } from '../errors/index.ts';
import type { ChecksumAlgorithm, ChecksumInfo } from '../model/transfer.ts';
import type { Checksum, Proof, Sink, SinkFile, SinkHash } from './sink.ts';

/** Running hashes, by algorithm. */
export type Hashes = ReadonlyMap<ChecksumAlgorithm, SinkHash>;

/** Digests of closed hashes, by algorithm, in lower-case hexadecimal. */
export type Digests = ReadonlyMap<ChecksumAlgorithm, string>;

/** Decides which checksums of a file are computed during its transfer. */
export interface HashOptions {
  readonly sink: Sink;
  /** The checksum that was stated before the transfer. */
  readonly expectedChecksum: ChecksumInfo | undefined;
  /** True if SHA256 is computed in any case. */
  readonly sha256: boolean;
}

/**
 * Creates the hashes that the sink supports: of the stated algorithm, or else of SHA1, which vCenter states by default. A checksum of
 * another algorithm that vCenter states after the last byte is computed by reading the bytes back; a file that cannot be read back is hashed
 * with SHA256, too.
 */
export const createHashes = ({ sink, expectedChecksum, sha256 }: HashOptions, target: SinkFile): Hashes => {
  const { keptChecksum } = target;
  const stated = expectedChecksum === undefined ? keptChecksum?.algorithm : algorithmOf(expectedChecksum);
  const needsSha256 = sha256 || (stated === undefined && target.readBack === undefined);
  const algorithms: readonly ChecksumAlgorithm[] = [...(needsSha256 ? ['SHA256' as const] : []), stated ?? 'SHA1'];
  return new Map(
    [...new Set(algorithms)].flatMap((algorithm) => {
      const hash = sink.createHash?.(algorithm);
      return hash === undefined ? [] : [[algorithm, hash] as const];
    }),
  );
};

/** Closes hashes: they cannot be updated any more. */
export const closeHashes = (hashes: Hashes): Digests =>
  new Map([...hashes].map(([algorithm, hash]) => [algorithm, hash.digest()]));

/**
 * Compares the number of received bytes with each stated length.
 *
 * @throws TruncatedError if one of them differs.
 */
export const assertLength = (file: string, received: number, lengths: readonly (number | undefined)[]): void => {
  for (const expected of lengths)
    if (expected !== undefined && expected !== received) throw new TruncatedError({ file, expected, received });
};

/** What is known about a file after its last byte. */
export interface VerificationInput {
  readonly file: string;
  /** Number of received bytes. */
  readonly received: number;
  /** The stated lengths, in bytes. */
  readonly lengths: readonly (number | undefined)[];
  /** The stated checksums. The first with a digest of its algorithm is compared. */
  readonly checksums: readonly (ChecksumInfo | undefined)[];
  /** Closes the hashes. Called only if the lengths are equal: a transfer that lacks bytes may still be resumed. */
  readonly digests: () => Digests;
}

/**
 * Compares the lengths and, if possible, a checksum.
 *
 * @throws TruncatedError or ChecksumError if they differ.
 */
export const verify = ({ file, received, lengths, checksums, digests }: VerificationInput): Proof => {
  assertLength(file, received, lengths);

  const closed = digests();
  const sha256 = closed.get('SHA256');
  const record = sha256 === undefined ? {} : { sha256 };
  for (const checksum of checksums) {
    const algorithm = checksum === undefined ? undefined : algorithmOf(checksum);
    const value = algorithm === undefined ? undefined : closed.get(algorithm);
    if (checksum === undefined || algorithm === undefined || value === undefined) continue;
    const expected = checksum.checksum.toLowerCase();
    if (expected !== value) throw new ChecksumError({ file, algorithm, expected, actual: value });
    return { checksum: { algorithm, value }, ...record, verified: 'checksum' };
  }

  const [first] = closed;
  return {
    ...(first === undefined ? {} : { checksum: { algorithm: first[0], value: first[1] } }),
    ...record,
    verified: lengths.some((length) => length !== undefined) ? 'length' : 'none',
  };
};

/** Returns true if a checksum is stated and the hashes have its algorithm. */
export const canVerify = (hashes: Hashes, expected: ChecksumInfo | undefined): expected is ChecksumInfo => {
  const algorithm = expected && normalizeChecksum(expected)?.algorithm;
  return algorithm !== undefined && hashes.has(algorithm);
};

/** Returns true if the digests match the checksum. */
export const matchesChecksum = (digests: Digests, expected: ChecksumInfo): boolean => {
  const checksum = normalizeChecksum(expected);
  return checksum !== undefined && digests.get(checksum.algorithm) === checksum.value;
};

/** Returns a stated checksum in lower case with its algorithm; `undefined` if the algorithm is unknown. */
export const normalizeChecksum = (checksum: ChecksumInfo): Checksum | undefined => {
  const algorithm = algorithmOf(checksum);
  return algorithm === undefined ? undefined : { algorithm, value: checksum.checksum.toLowerCase() };
};

const ALGORITHMS: readonly ChecksumAlgorithm[] = ['SHA1', 'MD5', 'SHA256', 'SHA512'];

/** Returns SHA1 if no algorithm is stated, and `undefined` if it is unknown. */
const algorithmOf = (checksum: ChecksumInfo | undefined): ChecksumAlgorithm | undefined =>
  checksum?.algorithm === undefined ? 'SHA1' : ALGORITHMS.find((algorithm) => algorithm === checksum.algorithm);
