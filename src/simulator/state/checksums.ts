/** Checksums of files, computed incrementally while the files are read. */

import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ChecksumInfo } from '../../model/index.ts';
import type { CreateHash } from '../options/options.ts';
import type { Scenario } from '../options/scenario.ts';
import type { StoredFile } from './catalog.ts';
import type { Content } from './content.ts';
import type { Turns } from './turns.ts';

const HASHES = { SHA1: sha1, SHA256: sha256, SHA512: sha512, MD5: md5 };

/** Hash functions in JavaScript: slow, but available on every platform. */
const portableHash: CreateHash = (algorithm) => {
  const hash = HASHES[algorithm].create();
  return { update: (bytes) => void hash.update(bytes), digest: () => bytesToHex(hash.digest()) };
};

/** A read of a file or of a range of it, tracked for the checksum. */
export interface TrackedRead {
  /** Adds the bytes that were read at an offset, in bytes. */
  readonly update: (offset: number, bytes: Uint8Array) => void;
  /** Returns true if every byte of the file was read, by this read or others. */
  readonly isComplete: () => boolean;
  /** Reads the bytes that are still missing in the hash; fulfills when the checksum is known. */
  readonly end: () => Promise<void>;
}

/** Checksums of all files. */
export interface Checksums {
  /** Returns the checksum; `undefined` if the scenario has no checksums, or if the content is slow to read and was never read completely. */
  readonly of: (file: StoredFile) => ChecksumInfo | undefined;
  /** Tracks a read. Free once the checksum is known, because content is immutable. */
  readonly track: (file: StoredFile) => TrackedRead;
}

/** Progress of a checksum. Every byte is hashed once, by the first read that reaches it. */
interface PartialHash {
  readonly hash: ReturnType<CreateHash>;
  /** Number of bytes hashed, from the beginning of the file. */
  hashedUpTo: number;
  readonly seen: RangeSet;
  /** Reads the missing bytes for the checksum alone; set once it has started. */
  completion: Promise<void> | undefined;
}

const UNTRACKED: TrackedRead = { update: () => undefined, isComplete: () => true, end: () => Promise.resolve() };

/** Creates checksums, none of which is known yet. */
export const createChecksums = (
  algorithm: NonNullable<Scenario['checksums']>,
  turns: Turns,
  createHash: CreateHash = portableHash,
): Checksums => {
  const checksums = new Map<Content, ChecksumInfo>();
  const partialHashes = new Map<Content, PartialHash>();
  const hashBytes = (partial: PartialHash, offset: number, bytes: Uint8Array): void => {
    const start = partial.hashedUpTo - offset;
    if (start < 0 || start >= bytes.length) return;
    partial.hash.update(start === 0 ? bytes : bytes.subarray(start));
    partial.hashedUpTo = offset + bytes.length;
  };
  const finish = (content: Content, { hash }: PartialHash): void => {
    if (algorithm !== 'none') checksums.set(content, { algorithm, checksum: hash.digest() });
    partialHashes.delete(content);
  };
  const complete = async (content: Content, partial: PartialHash): Promise<void> => {
    while (partial.hashedUpTo < content.size)
      for await (const chunk of content.chunks(partial.hashedUpTo, content.size)) {
        await turns.spend(chunk.length);
        hashBytes(partial, partial.hashedUpTo, chunk);
      }
    if (!checksums.has(content)) finish(content, partial);
  };
  const track = ({ content }: StoredFile): TrackedRead => {
    if (algorithm === 'none' || checksums.has(content)) return UNTRACKED;
    const partial = partialHashes.get(content) ?? {
      hash: createHash(algorithm),
      hashedUpTo: 0,
      seen: createRangeSet(content.size),
      completion: undefined,
    };
    partialHashes.set(content, partial);
    return {
      update: (offset, bytes) => {
        partial.seen.add(offset, offset + bytes.length);
        if (partial.completion === undefined) hashBytes(partial, offset, bytes);
      },
      isComplete: partial.seen.isComplete,
      end: async () => {
        if (!checksums.has(content)) await (partial.completion ??= complete(content, partial));
      },
    };
  };
  const of = ({ content }: StoredFile): ChecksumInfo | undefined => {
    if (algorithm !== 'none' && !content.isSlow && !checksums.has(content)) {
      const hash = createHash(algorithm);
      for (const chunk of content.chunks(0, content.size) as Iterable<Uint8Array>) hash.update(chunk);
      checksums.set(content, { algorithm, checksum: hash.digest() });
    }
    return checksums.get(content);
  };
  return { of, track };
};

/** Reads files whose checksums are unknown to their ends, one after the other. */
export const computeChecksums = async (checksums: Checksums, files: Iterable<StoredFile>): Promise<void> => {
  for (const file of files) if (checksums.of(file) === undefined) await checksums.track(file).end();
};

/** The set of byte ranges that were read. */
interface RangeSet {
  /** Adds the bytes from `start` (inclusive) to `end` (exclusive). */
  readonly add: (start: number, end: number) => void;
  /** Returns true if no byte is missing. */
  readonly isComplete: () => boolean;
}

// In test runners' contexts, looking up a global such as `Math` takes a hundred times as long as the comparison.
const { max, min } = Math;

/** @param size - Size of the file, in bytes. */
const createRangeSet = (size: number): RangeSet => {
  /** Ranges that neither touch nor overlap. */
  let ranges: (readonly [start: number, end: number])[] = [];
  return {
    add: (start, end) => {
      const touches = ([from, to]: readonly [number, number]): boolean => from <= end && to >= start;
      const touching = [...ranges.filter(touches), [start, end] as const];
      const union = [min(...touching.map(([from]) => from)), max(...touching.map(([, to]) => to))] as const;
      ranges = [...ranges.filter((range) => !touches(range)), union];
    },
    isComplete: () => size === 0 || ranges.some(([from, to]) => from === 0 && to === size),
  };
};
