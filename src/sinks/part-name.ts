/** The name of a file that is being written: `NAME.part`. */

/** Bytes of UTF-8. */
const MAX_LENGTH = 255;
const SUFFIX = '.part';
/** Hexadecimal digits. */
const HASH_LENGTH = 16;

/** A name that leaves no space for the suffix is shortened; a hash distinguishes long names with the same beginning. */
export const partNameOf = async (name: string): Promise<string> => {
  const bytes = new TextEncoder().encode(name);
  const maxLength = MAX_LENGTH - SUFFIX.length;
  if (bytes.byteLength <= maxLength) return `${name}${SUFFIX}`;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hash = [...digest.subarray(0, HASH_LENGTH / 2)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  // `stream` drops the first bytes of a character that was cut.
  const start = new TextDecoder().decode(bytes.subarray(0, maxLength - HASH_LENGTH - 1), { stream: true });
  return `${start}~${hash}${SUFFIX}`;
};
