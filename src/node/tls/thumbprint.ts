/** Parses thumbprints of certificates, in any common spelling. */

/** A normalized thumbprint. */
export interface Thumbprint {
  readonly algorithm: 'SHA-1' | 'SHA-256';
  /** Upper-case hexadecimal bytes separated by colons, as OpenSSL and vCenter print them. */
  readonly value: string;
}

const algorithmsByLength: ReadonlyMap<number, Thumbprint['algorithm']> = new Map([
  [40, 'SHA-1'],
  [64, 'SHA-256'],
]);

// `sha256:…`, `SHA-1 …`, and OpenSSL's `sha256 Fingerprint=…`.
const prefix = /^sha-?(1|256)(?:fingerprint)?[:=]?(?=[0-9a-f]{2})/;

// Windows puts an invisible direction mark before the thumbprint that it displays.
const separators = /[\s\u200b-\u200f\u202a-\u202e\ufeff]/g;

/**
 * Accepts SHA-1 or SHA-256, in either case, separated by colons, hyphens, spaces or nothing, with or without the algorithm in front.
 *
 * @throws TypeError if the thumbprint is invalid.
 */
export const parseThumbprint = (text: string): Thumbprint => {
  if (typeof text !== 'string') throw invalidError(`a value of type ${typeof text}`);
  const compact = text.replace(separators, '').toLowerCase();
  const digits = compact.replace(prefix, '').replace(/[:-]/g, '').toUpperCase();
  const algorithm = algorithmsByLength.get(digits.length);
  if (algorithm === undefined || !/^[0-9A-F]+$/.test(digits)) throw invalidError(`${digits.length} characters`);
  const named = prefix.exec(compact)?.[1];
  if (named !== undefined && `SHA-${named}` !== algorithm) throw invalidError(`${algorithm} labelled SHA-${named}`);
  return { algorithm, value: digits.replace(/..(?=.)/g, '$&:') };
};

const invalidError = (actual: string): TypeError =>
  new TypeError(
    `thumbprint: expected the SHA-1 (40 hexadecimal digits) or SHA-256 (64) of a certificate, with or without colons, got ${actual}`,
  );
