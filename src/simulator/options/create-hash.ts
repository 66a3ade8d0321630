/** How checksums are computed. */

/** Makes a checksum that grows with the bytes; `digest` answers lower-case hexadecimal. */
export type CreateHash = (algorithm: 'SHA1' | 'SHA256' | 'MD5') => {
  readonly update: (bytes: Uint8Array) => void;
  readonly digest: () => string;
};
