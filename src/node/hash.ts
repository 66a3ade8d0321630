/** Checksums by Node's own OpenSSL. */

import { createHash } from 'node:crypto';
import type { ChecksumAlgorithm, SinkHash } from '../index.ts';

/** Makes a checksum that grows with the bytes; for sinks of your own: `{ open, createHash: nodeHash }`. */
export const nodeHash = (algorithm: ChecksumAlgorithm): SinkHash => {
  const hash = createHash(algorithm.toLowerCase());
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: () => hash.digest('hex'),
  };
};
