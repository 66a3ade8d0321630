/** A small file of a package, which is kept in memory until it is complete. */

import type { Proof, SinkFile } from '../../index.ts';
import { itemError } from '../manifest/item-manifest.ts';

/** Bytes; descriptors have a few hundred kilobytes at most. */
export const MAX_TEXT_FILE_SIZE = 16 * 1024 * 1024;

/**
 * Creates the file.
 *
 * @param onComplete - Called with the verified bytes; the commit rejects as it does.
 */
export const createTextFile = (name: string, onComplete: (bytes: Uint8Array, proof: Proof) => void | Promise<void>): SinkFile => {
  let chunks: Uint8Array[] = [];
  let size = 0;
  const clear = async (): Promise<void> => {
    chunks = [];
    size = 0;
  };
  return {
    write: (bytes) => {
      size += bytes.byteLength;
      if (size > MAX_TEXT_FILE_SIZE)
        throw itemError(`${name} is longer than ${MAX_TEXT_FILE_SIZE} bytes. Export the files into a directory, without --ova.`);
      chunks.push(bytes);
    },
    restart: clear,
    commit: async (proof) => onComplete(Buffer.concat(chunks), proof),
    discard: clear,
  };
};
