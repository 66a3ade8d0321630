/** Deterministic random numbers, ids and tokens: the same seed generates the same sequence. */

// In test runners' contexts, looking up a global such as `Math` takes a hundred times as long as the multiplication.
const { imul } = Math;

/** Maps a 32-bit integer to another one that looks unrelated; different inputs have different results (MurmurHash3's finalizer). */
export const hash32 = (input: number): number => {
  let word = input | 0;
  word = imul(word ^ (word >>> 16), 0x85ebca6b);
  word = imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
};

/** Hashes a string to a 32-bit integer, a different one for each seed (FNV-1a of the UTF-16 units). */
export const hashText = (text: string, seed: number): number => {
  let word = 0x811c9dc5 ^ hash32(seed + 1);
  for (let at = 0; at < text.length; at += 1) word = imul(word ^ text.charCodeAt(at), 0x01000193);
  return hash32(word);
};

/** Creates a generator of numbers from 0 (inclusive) to 1 (exclusive); the sequence depends only on the seed and the stream. */
export const seededRandom = (seed: number, stream: number): (() => number) => {
  const start = hash32(seed ^ hash32(stream + 1));
  let count = 0;
  return () => {
    count += 1;
    return hash32(start + count) / 2 ** 32;
  };
};

/** Generates unique ids, in the same order for the same seed. */
export interface Ids {
  /** Returns a UUID, the format of libraries' and items' ids. */
  readonly uuid: () => string;
  /** Returns lower-case hexadecimal digits, the format of API session tokens and data links. */
  readonly hex: (digits: number) => string;
}

/** Creates a generator of ids that depends only on the seed. */
export const createIds = (seed: number): Ids => {
  const start = hash32(seed ^ 0x5eed);
  let count = 0;
  const hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) {
      text += hash32(start + count)
        .toString(16)
        .padStart(8, '0');
      count += 1;
    }
    return text.slice(0, digits);
  };
  const uuid = (): string => {
    const digits = hex(32);
    // The version digit is 4, as in random UUIDs; the variant digit is always 8.
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(13, 16)}`,
      `8${digits.slice(17, 20)}`,
      digits.slice(20),
    ].join('-');
  };
  return { uuid, hex };
};
