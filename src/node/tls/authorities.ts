/** Parses the certificates of a `ca` option. */

import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN ([^\r\n-]+)-----[^-]*(?:-----END \1-----)?/g;

/** The labels that OpenSSL accepts for a certificate. */
const labels: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']);

/**
 * Returns the certificates of a text in PEM. Other blocks, such as a private key or a revocation list, are ignored.
 *
 * @throws TypeError if there is no certificate, or one that is invalid: Node would ignore it, and the error would then blame the server.
 */
export const parseAuthorities = (pem: string | Uint8Array): readonly string[] => {
  const blocks = [...Buffer.from(pem).toString('latin1').matchAll(BLOCK)].map(([text, label = '']) => ({ text, label }));
  const certificates = blocks.filter(({ label }) => labels.has(label));
  if (certificates.length === 0) {
    const found = [...new Set(blocks.map(({ label }) => label))].join(', ');
    throw new TypeError(`ca: expected certificates in PEM, found ${found === '' ? 'none' : `only ${found}`}`);
  }
  return certificates.map(({ text }, index) => {
    try {
      return new X509Certificate(text).toString();
    } catch {
      throw new TypeError(`ca: certificate ${index + 1} of ${certificates.length} is invalid`);
    }
  });
};
