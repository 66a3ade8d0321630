/** Writes all of some bytes to a place in a file. */

import type { FileHandle } from 'node:fs/promises';

/** A disk that is nearly full takes less than it was given before it says so. */
export const writeAll = async (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < bytes.byteLength;)
    done += (await handle.write(bytes, done, bytes.byteLength - done, position + done)).bytesWritten;
};
