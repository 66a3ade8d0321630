/** Numbers that look random, and are the same for the same input. */

// In the contexts that test runners make, looking up a global such as `Math` takes a hundred times as long as the product.
const { imul } = Math;

/** Turns a 32-bit number into another one that looks unrelated; no two inputs have the same result (MurmurHash3's last step). */
export const hash32 = (input: number): number => {
  let word = input | 0;
  word = imul(word ^ (word >>> 16), 0x85ebca6b);
  word = imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
};

/** Turns a text into a 32-bit number, a different one for each seed (FNV-1a over the UTF-16 units). */
export const hashText = (text: string, seed: number): number => {
  let word = 0x811c9dc5 ^ hash32(seed + 1);
  for (let at = 0; at < text.length; at += 1) word = imul(word ^ text.charCodeAt(at), 0x01000193);
  return hash32(word);
};

/** Draws numbers from 0 to 1, 1 excluded: the same ones, in the same order, for the same seed and the same stream. */
export const seededRandom = (seed: number, stream: number): (() => number) => {
  const start = hash32(seed ^ hash32(stream + 1));
  let drawn = 0;
  return () => {
    drawn += 1;
    return hash32(start + drawn) / 2 ** 32;
  };
};

/** Gives ids that differ from one another, and come in the same order for the same seed. */
export interface Ids {
  /** A UUID, as libraries and items have. */
  readonly uuid: () => string;
  /** Lower-case hexadecimal digits, as API sessions and data links have. */
  readonly hex: (digits: number) => string;
}

/** Starts a sequence of ids that depends on the seed alone. */
export const createIds = (seed: number): Ids => {
  const start = hash32(seed ^ 0x5eed);
  let drawn = 0;
  const hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) {
      text += hash32(start + drawn)
        .toString(16)
        .padStart(8, '0');
      drawn += 1;
    }
    return text.slice(0, digits);
  };
  const uuid = (): string => {
    const digits = hex(32);
    // The version's digit is 4, the variant's here always 8: it looks like any random UUID.
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
