/** Digests of short contents. */

import { nodeHash } from '../node/index.ts';

/** Returns a digest of bytes, in lower-case hexadecimal. */
export const digestOf = (algorithm: 'MD5' | 'SHA256', bytes: Uint8Array): string => {
  const hash = nodeHash(algorithm);
  hash.update(bytes);
  return hash.digest();
};
