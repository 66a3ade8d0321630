/** Checksums by Node's `crypto`. */

import { createHash } from 'node:crypto';
import type { ChecksumAlgorithm, SinkHash } from '../index.ts';

/** Creates an incremental checksum. For your own sinks: `{ open, createHash: nodeHash }`. */
export const nodeHash = (algorithm: ChecksumAlgorithm): SinkHash => {
  const hash = createHash(algorithm.toLowerCase());
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: () => hash.digest('hex'),
  };
};
