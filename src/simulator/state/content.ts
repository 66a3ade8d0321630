/** The bytes of a file: those that were given, those that somebody else keeps, or generated ones. */

import { hash32, hashText } from './seeded-random.ts';

// In the contexts that test runners make, looking up a global such as `Math` takes a hundred times as long as the product.
const { floor, min } = Math;

/** Bytes in pieces of the reader's own. */
export type Chunks = Iterable<Uint8Array<ArrayBuffer>> | AsyncIterable<Uint8Array<ArrayBuffer>>;

/** Bytes that can be read from anywhere, any number of times. */
export interface Content {
  /** Bytes. */
  readonly size: number;
  /** Whether to read them all may take long: they are generated, or kept elsewhere. */
  readonly isSlow: boolean;
  /** The bytes from `start` on, `end` excluded; both in bytes, and within the content. */
  readonly chunks: (start: number, end: number) => Chunks;
  /** Fills memory with the bytes from `offset` on, of which there are enough; not set where one has to wait for them. */
  readonly fill?: (offset: number, target: Uint8Array) => void;
}

/** Content that may be read at once. */
export interface SyncContent extends Content {
  readonly fill: (offset: number, target: Uint8Array) => void;
  /** Reads `length` bytes from `offset` on, into memory that is the reader's own. Both in bytes, and within the content. */
  readonly read: (offset: number, length: number) => Uint8Array<ArrayBuffer>;
}

/** Bytes of a piece. */
export const CHUNK_SIZE = 256 * 1024;

const syncContent = (size: number, generated: boolean, fill: SyncContent['fill']): SyncContent => {
  const read = (offset: number, length: number): Uint8Array<ArrayBuffer> => {
    const target = new Uint8Array(length);
    fill(offset, target);
    return target;
  };
  return {
    size,
    isSlow: generated,
    fill,
    read,
    *chunks(start, end) {
      for (let at = start; at < end; at += CHUNK_SIZE) yield read(at, min(CHUNK_SIZE, end - at));
    },
  };
};

/** The bytes that were given; what the giver does with them later changes nothing. */
export const inlineContent = (given: string | Uint8Array): SyncContent => {
  const bytes = typeof given === 'string' ? new TextEncoder().encode(given) : new Uint8Array(given);
  return syncContent(bytes.length, false, (offset, target) => target.set(bytes.subarray(offset, offset + target.length)));
};

/** The bytes that somebody else keeps, as the inventory says how to open them. */
export const externalContent = (size: number, open: (start: number, end: number) => AsyncIterable<Uint8Array>): Content => ({
  size,
  isSlow: true,
  async *chunks(start, end) {
    // A reader may do to the bytes what it likes; those it gets are not the keeper's.
    if (start < end) for await (const piece of open(start, end)) yield new Uint8Array(piece);
  },
});

/** Bytes of a block. All blocks are made of the same bytes: they differ in where these begin, and in every mark. */
const BLOCK_SIZE = 256 * 1024;

/** Bytes from one mark to the next; a mark is four bytes long. */
const MARK_INTERVAL = 1024;

/** The bytes of all blocks, twice, so that a block may begin anywhere in them. */
let blockBytes: Uint8Array | undefined;

const getBlockBytes = (): Uint8Array => {
  if (blockBytes === undefined) {
    const words = Uint32Array.from({ length: BLOCK_SIZE / 4 }, (_, at) => hash32(at));
    // Words lie in the machine's byte order: every machine that runs JavaScript today is little-endian.
    const once = new Uint8Array(words.buffer);
    blockBytes = new Uint8Array(2 * BLOCK_SIZE);
    blockBytes.set(once);
    blockBytes.set(once, BLOCK_SIZE);
  }
  return blockBytes;
};

/**
 * Bytes that look random, and depend on the seed and the name alone.
 *
 * Every byte depends on its own position, so they are the same however they are cut. To compute each of them would take several times
 * as long as to send them.
 *
 * @param size - In bytes.
 */
export const generatedContent = (size: number, name: string, seed: number): SyncContent => {
  const fileKey = hashText(name, seed);
  return syncContent(size, true, (offset, target) => {
    for (let done = 0; done < target.length;) {
      const block = floor((offset + done) / BLOCK_SIZE);
      const start = offset + done - block * BLOCK_SIZE;
      const part = target.subarray(done, done + BLOCK_SIZE - start);
      fillFromBlock(part, start, hash32(fileKey ^ hash32(block + 1)));
      done += part.length;
    }
  });
};

/** Bytes of one block, from `start` of it on. */
const fillFromBlock = (target: Uint8Array, start: number, key: number): void => {
  const begin = (key % BLOCK_SIZE) + start;
  target.set(getBlockBytes().subarray(begin, begin + target.length));
  // The mark before the first byte may reach over it.
  for (let mark = floor(start / MARK_INTERVAL) * MARK_INTERVAL - start; mark < target.length; mark += MARK_INTERVAL)
    for (let byte = mark < 0 ? -mark : 0; byte < 4 && mark + byte < target.length; byte += 1)
      target[mark + byte] = (target[mark + byte] ?? 0) ^ (key >>> (8 * byte));
};
