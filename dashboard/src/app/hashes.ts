/** Running checksums, which the web platform cannot compute of a stream. */

import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Sink } from 'rx-content-library';

const FUNCTIONS = { MD5: md5, SHA1: sha1, SHA256: sha256, SHA512: sha512 };

/** For the option `createHash` of sinks. */
export const createHash: NonNullable<Sink['createHash']> = (algorithm) => {
  const hash = FUNCTIONS[algorithm].create();
  return { update: (bytes) => void hash.update(bytes), digest: () => bytesToHex(hash.digest()) };
};
