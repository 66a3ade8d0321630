/** Rejects file names that are unsafe on some system, or equal on some disk. */

import { UnsafeNameError } from '../errors/index.ts';

const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?$/i;

// Control characters, line breaks, and direction marks, which make one name look like another.
// eslint-disable-next-line no-control-regex -- they are what this finds
const invisible = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

/** Bytes of UTF-8; the limit of most file systems. */
const MAX_LENGTH = 255;

/**
 * The server chooses the names. A name is rejected on every system if any system takes it for something else than a file with that name. A
 * name that is only invalid on some systems (`?` on Windows) is left to the disk to reject.
 */
const findProblem = (name: string): string | undefined => {
  if (name === '' || name === '.' || name === '..') return 'it names a directory';
  if (/[/\\]/.test(name)) return 'it contains a path separator';
  if (invisible.test(name)) return 'it contains invisible characters';
  if (!name.isWellFormed()) return 'it contains unpaired surrogates, which a disk cannot store';
  if (name.includes(':')) return 'on Windows, a colon marks a drive or a hidden stream';
  if (reserved.test(name)) return 'it is a device name on Windows';
  if (/[\s.]$/.test(name)) return 'it ends in white space or a dot, which Windows drops';
  if (/\.part(?:\.json)?$/i.test(name)) return 'this suffix marks unfinished files';
  if (new TextEncoder().encode(name).byteLength > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} bytes`;
  return undefined;
};

/** Equal for names that are equal on a disk that ignores letter case and Unicode composition. */
export const comparableName = (name: string): string => name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFD');

/**
 * Creates a validator for the names in one directory, for your own sinks. The validator returns a name that is safe on every system; it can
 * be called repeatedly with the same name.
 *
 * @throws UnsafeNameError (the validator) if the name could leave the directory or be taken for something else, or if it differs from an
 * earlier one only in letter case or Unicode composition, which some disks ignore.
 */
export const createFileNameValidator = (): ((name: string) => string) => {
  const acceptedNames = new Map<string, string>();
  return (name) => {
    const key = comparableName(name);
    const earlier = acceptedNames.get(key) ?? name;
    const reason =
      findProblem(name) ??
      (earlier === name ? undefined : `some disks cannot distinguish it from ${JSON.stringify(earlier)} in the same directory`);
    if (reason !== undefined) throw new UnsafeNameError({ file: name, reason });
    acceptedNames.set(key, name);
    return name;
  };
};
