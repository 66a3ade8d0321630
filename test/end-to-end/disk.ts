import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** 1 GiB. */
export const gibibyte = 1024 ** 3;

/** Fills a file with random bytes and answers their SHA-256. */
export const fillWithRandomBytes = async (path: string, size: number): Promise<string> => {
  const hash = createHash('sha256');
  const handle = await open(path, 'w');
  const block = Buffer.alloc(16 * 1024 * 1024);
  for (let left = size; left > 0;) {
    const part = randomFillSync(block).subarray(0, Math.min(left, block.byteLength));
    hash.update(part);
    await handle.write(part);
    left -= part.byteLength;
  }
  await handle.close();
  return hash.digest('hex');
};

/** The SHA-256 of anything that comes in pieces. */
export const sha256 = async (source: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash('sha256');
  for await (const part of source) hash.update(part);
  return hash.digest('hex');
};

/** The SHA-256 of a file. */
export const sha256OfFile = (path: string): Promise<string> => sha256(createReadStream(path, { highWaterMark: 4 * 1024 * 1024 }));
