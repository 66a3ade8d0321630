/** Numbers that look random, and are the same for the same input. */

// In the contexts that test runners make, looking up a global such as `Math` takes a hundred times as long as the product.
const { imul } = Math;

/** Turns a 32-bit number into another one that looks unrelated; no two inputs have the same result (MurmurHash3's last step). */
export const scramble = (input: number): number => {
  let word = input | 0;
  word = imul(word ^ (word >>> 16), 0x85ebca6b);
  word = imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
};

/** Turns a text into a 32-bit number, a different one for each seed (FNV-1a over the UTF-16 units). */
export const scrambleText = (text: string, seed: number): number => {
  let word = 0x811c9dc5 ^ scramble(seed + 1);
  for (let at = 0; at < text.length; at += 1) word = imul(word ^ text.charCodeAt(at), 0x01000193);
  return scramble(word);
};
