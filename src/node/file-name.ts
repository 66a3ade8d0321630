/** Which names of files may become names on a disk. */

import { UnsafeNameError } from '../index.ts';

const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?$/i;

// Control characters, line breaks, and those that turn the direction of a text so that it reads as another name.
// eslint-disable-next-line no-control-regex -- these are what is looked for
const invisible = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

/**
 * The names are the server's. Refused, on every system alike, is what some system takes for something else than a file of that name:
 * what is only not possible somewhere (`?` on Windows) is refused there by the disk itself.
 */
const reasonAgainst = (name: string): string | undefined => {
  if (name === '' || name === '.' || name === '..') return 'it names a directory';
  if (/[/\\]/.test(name)) return 'it leads to another directory';
  if (invisible.test(name)) return 'it has characters that cannot be seen';
  if (!name.isWellFormed()) return 'it has half characters, which a disk cannot hold';
  if (name.includes(':')) return 'a colon names a drive or a hidden stream on Windows';
  if (reserved.test(name)) return 'it is the name of a device on Windows';
  if (/[ .]$/.test(name)) return 'Windows drops the space or dot at its end';
  if (/\.part$/i.test(name)) return 'that ending marks unfinished files';
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
