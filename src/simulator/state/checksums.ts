/** The checksums of files, computed while the files are read. */

import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ChecksumInfo } from '../../model/index.ts';
import type { CreateHash } from '../options/options.ts';
import type { Scenario } from '../options/scenario.ts';
import type { StoredFile } from './catalog.ts';

const HASHES = { SHA1: sha1, SHA256: sha256, MD5: md5 };

/** Checksums in JavaScript: they run everywhere, and slowly. */
const portableHash: CreateHash = (algorithm) => {
  const hash = HASHES[algorithm].create();
  return { update: (bytes) => void hash.update(bytes), digest: () => bytesToHex(hash.digest()) };
};

/** One reading of a file, or of a part of it. */
export interface TrackedRead {
  /** Takes the bytes that were read at an offset; both in bytes. */
  readonly update: (offset: number, bytes: Uint8Array) => void;
  /** Whether every byte of the file was read, by this reading or by others. */
  readonly isComplete: () => boolean;
  /** Reads what nobody has read, or not in its turn: the checksum is known when this fulfils. */
  readonly end: () => Promise<void>;
}

/** The checksums that are known, and how they become so. */
export interface Checksums {
  /** What is known of a file: nothing where the scenario has no checksums, or bytes that cost something were never read to their end. */
  readonly of: (file: StoredFile) => ChecksumInfo | undefined;
  /** Follows a reading. It costs nothing once the checksum is known: a file's bytes never change. */
  readonly follow: (file: StoredFile) => TrackedRead;
}

/** How far the checksum of a file is. Every byte goes into it once, whoever reads it first. */
interface PartialHash {
  readonly hash: ReturnType<CreateHash>;
  /** Bytes from the beginning of the file. */
  hashedUpTo: number;
  readonly seen: RangeSet;
  /** What is not read by anybody is read for the checksum alone. */
  completion: Promise<void> | undefined;
}

const UNTRACKED: TrackedRead = { update: () => undefined, isComplete: () => true, end: () => Promise.resolve() };

/** Starts without knowing any checksum. */
export const createChecksums = (
  algorithm: NonNullable<Scenario['checksums']>,
  createHash: CreateHash = portableHash,
): Checksums => {
  const known = new Map<StoredFile, ChecksumInfo>();
  const partialHashes = new Map<StoredFile, PartialHash>();
  const take = (state: PartialHash, offset: number, bytes: Uint8Array): void => {
    const begin = state.hashedUpTo - offset;
    if (begin < 0 || begin >= bytes.length) return;
    state.hash.update(begin === 0 ? bytes : bytes.subarray(begin));
    state.hashedUpTo = offset + bytes.length;
  };
  const finish = (file: StoredFile, { hash }: PartialHash): void => {
    if (algorithm !== 'none') known.set(file, { algorithm, checksum: hash.digest() });
    partialHashes.delete(file);
  };
  const complete = async (file: StoredFile, state: PartialHash): Promise<void> => {
    const { content } = file;
    while (state.hashedUpTo < content.size)
      for await (const piece of content.chunks(state.hashedUpTo, content.size)) take(state, state.hashedUpTo, piece);
    if (!known.has(file)) finish(file, state);
  };
  const track = (file: StoredFile): TrackedRead => {
    if (algorithm === 'none' || known.has(file)) return UNTRACKED;
    const state = partialHashes.get(file) ?? {
      hash: createHash(algorithm),
      hashedUpTo: 0,
      seen: createRangeSet(file.content.size),
      completion: undefined,
    };
    partialHashes.set(file, state);
    return {
      update: (offset, bytes) => {
        state.seen.add(offset, offset + bytes.length);
        if (state.completion === undefined) take(state, offset, bytes);
      },
      isComplete: state.seen.isComplete,
      end: async () => {
        if (!known.has(file)) await (state.completion ??= complete(file, state));
      },
    };
  };
  const of = (file: StoredFile): ChecksumInfo | undefined => {
    const { content } = file;
    if (algorithm !== 'none' && !content.isSlow && !known.has(file)) {
      const hash = createHash(algorithm);
      for (const piece of content.chunks(0, content.size) as Iterable<Uint8Array>) hash.update(piece);
      known.set(file, { algorithm, checksum: hash.digest() });
    }
    return known.get(file);
  };
  return { of, follow: track };
};

/** The parts of a file that were read, whoever read them. */
export interface RangeSet {
  /** Notes the bytes from `start` on, `end` excluded. */
  readonly add: (start: number, end: number) => void;
  /** Whether nothing is missing. */
  readonly isComplete: () => boolean;
}

// In the contexts that test runners make, looking up a global such as `Math` takes a hundred times as long as the product.
const { max, min } = Math;

/**
 * Starts with nothing read.
 *
 * @param size - The file's, in bytes.
 */
export const createRangeSet = (size: number): RangeSet => {
  /** They neither touch nor overlap. */
  let parts: (readonly [start: number, end: number])[] = [];
  return {
    add: (start, end) => {
      const touches = ([from, to]: readonly [number, number]): boolean => from <= end && to >= start;
      const joined = [...parts.filter(touches), [start, end] as const];
      const whole = [min(...joined.map(([from]) => from)), max(...joined.map(([, to]) => to))] as const;
      parts = [...parts.filter((part) => !touches(part)), whole];
    },
    isComplete: () => size === 0 || parts.some(([from, to]) => from === 0 && to === size),
  };
};

/** Reads files to their ends, one after the other, unless their checksums are known. */
export const computeChecksums = async (checksums: Checksums, files: Iterable<StoredFile>): Promise<void> => {
  for (const file of files) if (checksums.of(file) === undefined) await checksums.follow(file).end();
};
