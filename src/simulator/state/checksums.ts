/** The checksums of files, computed while the files are read. */

import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ChecksumInfo } from '../../model/index.ts';
import type { CreateHash } from '../options/create-hash.ts';
import type { Scenario } from '../options/scenario.ts';
import type { StoredFile } from './catalogue.ts';
import { coverage, type Coverage } from './coverage.ts';

const algorithms = { SHA1: sha1, SHA256: sha256, MD5: md5 };

/** Checksums in JavaScript: they run everywhere, and slowly. */
const portableHash: CreateHash = (algorithm) => {
  const hash = algorithms[algorithm].create();
  return { update: (bytes) => void hash.update(bytes), digest: () => bytesToHex(hash.digest()) };
};

/** One reading of a file, or of a part of it. */
export interface Reading {
  /** Takes the bytes that were read at an offset; both in bytes. */
  readonly update: (offset: number, bytes: Uint8Array) => void;
  /** Whether every byte of the file was read, by this reading or by others. */
  readonly isWhole: () => boolean;
  /** Reads what nobody has read, or not in its turn: the checksum is known when this fulfils. */
  readonly end: () => Promise<void>;
}

/** The checksums that are known, and how they become so. */
export interface Checksums {
  /** What is known of a file: nothing where the scenario has no checksums, or bytes that cost something were never read to their end. */
  readonly of: (file: StoredFile) => ChecksumInfo | undefined;
  /** Follows a reading. It costs nothing once the checksum is known: a file's bytes never change. */
  readonly follow: (file: StoredFile) => Reading;
}

/** How far the checksum of a file is. Every byte goes into it once, whoever reads it first. */
interface Growing {
  readonly hash: ReturnType<CreateHash>;
  /** Bytes from the beginning of the file. */
  upTo: number;
  readonly seen: Coverage;
  /** What is not read by anybody is read for the checksum alone. */
  completion: Promise<void> | undefined;
}

const unfollowed: Reading = { update: () => undefined, isWhole: () => true, end: () => Promise.resolve() };

/** Starts without knowing any checksum. */
export const checksums = (algorithm: NonNullable<Scenario['checksums']>, createHash: CreateHash = portableHash): Checksums => {
  const known = new Map<StoredFile, ChecksumInfo>();
  const growing = new Map<StoredFile, Growing>();
  const take = (state: Growing, offset: number, bytes: Uint8Array): void => {
    const begin = state.upTo - offset;
    if (begin < 0 || begin >= bytes.length) return;
    state.hash.update(begin === 0 ? bytes : bytes.subarray(begin));
    state.upTo = offset + bytes.length;
  };
  const finish = (file: StoredFile, { hash }: Growing): void => {
    if (algorithm !== 'none') known.set(file, { algorithm, checksum: hash.digest() });
    growing.delete(file);
  };
  const complete = async (file: StoredFile, state: Growing): Promise<void> => {
    const { content } = file;
    while (state.upTo < content.size)
      for await (const piece of content.pieces(state.upTo, content.size)) take(state, state.upTo, piece);
    if (!known.has(file)) finish(file, state);
  };
  const follow = (file: StoredFile): Reading => {
    if (algorithm === 'none' || known.has(file)) return unfollowed;
    const state = growing.get(file) ?? {
      hash: createHash(algorithm),
      upTo: 0,
      seen: coverage(file.content.size),
      completion: undefined,
    };
    growing.set(file, state);
    return {
      update: (offset, bytes) => {
        state.seen.add(offset, offset + bytes.length);
        if (state.completion === undefined) take(state, offset, bytes);
      },
      isWhole: state.seen.isWhole,
      end: async () => {
        if (!known.has(file)) await (state.completion ??= complete(file, state));
      },
    };
  };
  const of = (file: StoredFile): ChecksumInfo | undefined => {
    const { content } = file;
    if (algorithm !== 'none' && !content.generated && !known.has(file)) {
      const hash = createHash(algorithm);
      for (const piece of content.pieces(0, content.size) as Iterable<Uint8Array>) hash.update(piece);
      known.set(file, { algorithm, checksum: hash.digest() });
    }
    return known.get(file);
  };
  return { of, follow };
};
