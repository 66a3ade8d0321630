/** Fills and hashes large files. */

import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** Bytes of a large file, for `scaled`: more than the 200 MB of memory that the command may use. */
export const LARGE_FILE = { test: 256 * 1024 ** 2, soak: 1024 ** 3 };

/** Fills a file with random bytes and returns their SHA-256. */
export const fillWithRandomBytes = async (path: string, size: number): Promise<string> => {
  const hash = createHash('sha256');
  const handle = await open(path, 'w');
  const block = Buffer.alloc(16 * 1024 * 1024);
  for (let left = size; left > 0;) {
    const chunk = randomFillSync(block).subarray(0, Math.min(left, block.byteLength));
    hash.update(chunk);
    await handle.write(chunk);
    left -= chunk.byteLength;
  }
  await handle.close();
  return hash.digest('hex');
};

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const digestOf = async (algorithm: string, chunks: Chunks): Promise<string> => {
  const hash = createHash(algorithm);
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
};

const readFile = (path: string): Chunks => createReadStream(path, { highWaterMark: 4 * 1024 * 1024 });

/** Returns the SHA-256 of chunks of bytes. */
export const sha256 = (chunks: Chunks): Promise<string> => digestOf('sha256', chunks);

/** Returns the SHA-256 of a file. */
export const sha256OfFile = (path: string): Promise<string> => sha256(readFile(path));

/** Returns the SHA-1 of a file. */
export const sha1OfFile = (path: string): Promise<string> => digestOf('sha1', readFile(path));
