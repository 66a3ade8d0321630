/** Ids and tokens in the forms that vCenter gives them. */

import { scramble } from './scramble.ts';

/** Gives ids that differ from one another, and come in the same order for the same seed. */
export interface Identities {
  /** A UUID, as libraries and items have. */
  readonly uuid: () => string;
  /** Lower-case hexadecimal digits, as API sessions and data links have. */
  readonly hex: (digits: number) => string;
}

/** Starts a sequence of ids that depends on the seed alone. */
export const identities = (seed: number): Identities => {
  const start = scramble(seed ^ 0x5eed);
  let drawn = 0;
  const hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) {
      text += scramble(start + drawn)
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
