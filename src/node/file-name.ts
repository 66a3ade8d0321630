/** Which names of files may become names on a disk. */

import { UnsafeNameError } from '../index.ts';

const reserved = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i;

// Control characters, and those that turn the direction of a text so that it reads as another name.
// eslint-disable-next-line no-control-regex -- these are what is looked for
const invisible = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** The names are the server's, so the same ones are refused on every system: what one machine saves, another must be able to hold. */
const reasonAgainst = (name: string): string | undefined => {
  if (name === '' || name === '.' || name === '..') return 'it names a directory';
  if (/[/\\]/.test(name)) return 'it leads to another directory';
  if (invisible.test(name)) return 'it has characters that cannot be seen';
  if (name.includes(':')) return 'a colon names a drive or a hidden stream on Windows';
  if (reserved.test(name)) return 'it is the name of a device on Windows';
  if (/[ .]$/.test(name)) return 'Windows drops the space or dot at its end';
  if (name.endsWith('.part')) return 'that ending marks unfinished files';
  if (Buffer.byteLength(`${name}.part`) > 255) return 'it is too long';
  return undefined;
};

/**
 * Answers the name if it is safe.
 *
 * @throws UnsafeNameError if it is not.
 */
export const safeName = (name: string): string => {
  const reason = reasonAgainst(name);
  if (reason !== undefined) throw new UnsafeNameError({ file: name, reason });
  return name;
};
