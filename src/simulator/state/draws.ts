/** Chance that is the same for the same seed. */

import { scramble } from './scramble.ts';

/** Draws numbers from 0 to 1, 1 excluded: the same ones, in the same order, for the same seed and the same stream. */
export const draws = (seed: number, stream: number): (() => number) => {
  const start = scramble(seed ^ scramble(stream + 1));
  let drawn = 0;
  return () => {
    drawn += 1;
    return scramble(start + drawn) / 2 ** 32;
  };
};
