/** The sizes of the parts of an upload. */

import { MAX_PARTS, MIN_PART_SIZE } from './limits.ts';

/** Parts of an upload of unknown length after which their size doubles. */
const PARTS_PER_SIZE = 1000;

/**
 * Returns the size of a part, in bytes: equal parts if the size of the file is known. Otherwise they grow, so that a file of 8 TiB fits.
 *
 * @param number - The number of the part, from 1.
 */
export const partSize = (fileSize: number | undefined, number: number): number =>
  fileSize === undefined
    ? MIN_PART_SIZE * 2 ** Math.floor((number - 1) / PARTS_PER_SIZE)
    : Math.max(MIN_PART_SIZE, Math.ceil(fileSize / MAX_PARTS));
