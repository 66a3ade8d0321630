/** The bytes of a file: those that were given, or generated ones. */

import { scramble, scrambleText } from './scramble.ts';

/** Bytes that can be read from anywhere, any number of times. */
export interface Content {
  /** Bytes. */
  readonly size: number;
  /** Whether the bytes are made up while they are read, because only their number was given. */
  readonly generated: boolean;
  /** Reads `length` bytes from `offset` on, into memory that is the reader's own. Both in bytes, and within the content. */
  readonly read: (offset: number, length: number) => Uint8Array<ArrayBuffer>;
}

/** The bytes that were given; what the giver does with them later changes nothing. */
export const givenContent = (given: string | Uint8Array): Content => {
  const bytes = typeof given === 'string' ? new TextEncoder().encode(given) : new Uint8Array(given);
  return { size: bytes.length, generated: false, read: (offset, length) => bytes.slice(offset, offset + length) };
};

// In the contexts that test runners make, looking up a global such as `Math` takes a hundred times as long as the product.
const { imul } = Math;

/** 32-bit words that share a key. Within a block a word depends on its number, which would repeat after 16 GiB; the key does not. */
const blockWords = 2 ** 18;

/** Steps the input of `scramble` so that neighbours are far apart (2^32 divided by the golden ratio). */
const stride = 0x9e3779b9;

/**
 * Bytes that look random, and depend on the seed and the name alone.
 *
 * Every 32-bit word is computed from its own position, so the bytes are the same however they are cut.
 *
 * @param size - In bytes.
 */
export const generatedContent = (size: number, name: string, seed: number): Content => {
  const fileKey = scrambleText(name, seed);
  const read = (offset: number, length: number): Uint8Array<ArrayBuffer> => {
    const first = Math.floor(offset / 4);
    const end = Math.ceil((offset + length) / 4);
    // Words are laid down in the machine's byte order: every machine that runs JavaScript today is little-endian.
    const words = new Uint32Array(end - first);
    for (let at = first; at < end;) {
      const block = Math.floor(at / blockWords);
      const blockEnd = Math.min(end, (block + 1) * blockWords);
      fill(words.subarray(at - first, blockEnd - first), scramble(fileKey ^ scramble(block + 1)), at - block * blockWords);
      at = blockEnd;
    }
    return new Uint8Array(words.buffer, offset - first * 4, length);
  };
  return { size, generated: true, read };
};

/** `scramble` written out: a call per word would cost more than the word. */
const fill = (words: Uint32Array, key: number, firstWord: number): void => {
  let input = (key + imul(firstWord, stride)) | 0;
  for (let at = 0; at < words.length; at += 1) {
    let word = imul(input ^ (input >>> 16), 0x85ebca6b);
    word = imul(word ^ (word >>> 13), 0xc2b2ae35);
    words[at] = word ^ (word >>> 16);
    input = (input + stride) | 0;
  }
};
