/** The thumbprint of a certificate, in whatever spelling people copy it from. */

/** A thumbprint that can be compared. */
export interface Thumbprint {
  readonly algorithm: 'SHA-1' | 'SHA-256';
  /** Two upper-case hexadecimal digits a byte, with colons between, as OpenSSL and vCenter show them. */
  readonly value: string;
}

const algorithms: ReadonlyMap<number, Thumbprint['algorithm']> = new Map([
  [40, 'SHA-1'],
  [64, 'SHA-256'],
]);

// `sha256:…`, `SHA-1 …`, and `sha256 Fingerprint=…`, which is OpenSSL's.
const prefix = /^sha-?(1|256)(?:fingerprint)?[:=]?(?=[0-9a-f]{2})/;

// Windows puts a mark of direction, which nobody sees, before the thumbprint that it shows.
const separators = /[\s\u200b-\u200f\u202a-\u202e\ufeff]/g;

/**
 * Reads SHA-1 or SHA-256: with colons, hyphens, spaces or nothing between, in either case, with or without the algorithm before it.
 *
 * @throws TypeError if it is neither.
 */
export const thumbprintFrom = (text: string): Thumbprint => {
  if (typeof text !== 'string') throw wrong(`a value of type ${typeof text}`);
  const compact = text.replace(separators, '').toLowerCase();
  const digits = compact.replace(prefix, '').replace(/[:-]/g, '').toUpperCase();
  const algorithm = algorithms.get(digits.length);
  if (algorithm === undefined || !/^[0-9A-F]+$/.test(digits)) throw wrong(`${digits.length} characters`);
  const named = prefix.exec(compact)?.[1];
  if (named !== undefined && `SHA-${named}` !== algorithm) throw wrong(`${algorithm} that says it is SHA-${named}`);
  return { algorithm, value: digits.replace(/..(?=.)/g, '$&:') };
};

const wrong = (what: string): TypeError =>
  new TypeError(
    `thumbprint: expected the SHA-1 (40 hexadecimal digits) or SHA-256 (64) of a certificate, with or without colons, got ${what}`,
  );
