/** The thumbprint of the certificate: SHA-1 before 9.1, SHA-256 since. */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { SimulatedCertificate } from '../options/options.ts';
import type { VCenterVersion } from '../options/scenario.ts';
import { isSince } from '../state/releases.ts';

/** Returns the thumbprint that the release declares; `undefined` if none is known. */
export const thumbprintOf = (
  { thumbprint, sha256Thumbprint, pem = '' }: SimulatedCertificate,
  version: VCenterVersion,
): string | undefined => (isSince(version, '9.1') ? (sha256Thumbprint ?? sha256OfPem(pem) ?? thumbprint) : thumbprint);

const sha256OfPem = (pem: string): string | undefined => {
  const [, base64] = /-----BEGIN CERTIFICATE-----([\sA-Za-z\d+/=]+)-----END CERTIFICATE-----/.exec(pem) ?? [];
  if (base64 === undefined) return undefined;
  const der = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return bytesToHex(sha256(der)).toUpperCase().match(/../g)?.join(':');
};
