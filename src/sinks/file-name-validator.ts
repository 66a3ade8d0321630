/** Which names of files may become names on a disk, side by side. */

import { UnsafeNameError } from '../errors/index.ts';

const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?$/i;

// Control characters, line breaks, and those that turn the direction of a text so that it reads as another name.
// eslint-disable-next-line no-control-regex -- these are what is looked for
const invisible = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

/** What the longest name beside a file's own adds to it. */
const longestEnding = '.part.json';

/**
 * The names are the server's. Refused, on every system alike, is what some system takes for something else than a file of that name:
 * what is only not possible somewhere (`?` on Windows) is refused there by the disk itself.
 */
const findProblem = (name: string): string | undefined => {
  if (name === '' || name === '.' || name === '..') return 'it names a directory';
  if (/[/\\]/.test(name)) return 'it leads to another directory';
  if (invisible.test(name)) return 'it has characters that cannot be seen';
  if (!name.isWellFormed()) return 'it has half characters, which a disk cannot hold';
  if (name.includes(':')) return 'a colon names a drive or a hidden stream on Windows';
  if (reserved.test(name)) return 'it is the name of a device on Windows';
  if (/[ .]$/.test(name)) return 'Windows drops the space or dot at its end';
  if (/\.part(?:\.json)?$/i.test(name)) return 'that ending marks unfinished files';
  if (new TextEncoder().encode(name + longestEnding).byteLength > 255) return 'it is too long';
  return undefined;
};

/** Equal for names that a disk which sees neither letter case nor the composition of characters takes for one. */
const comparableName = (name: string): string => name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFD');

/**
 * Makes a check for the names of one directory, for sinks of your own. It answers a name that is safe on every system, as often as it is
 * asked for it.
 *
 * @throws UnsafeNameError (the check) if the name could lead elsewhere or be taken for something else, and if it differs from one that
 * came before in letter case or the composition of its characters only, which some disks take for the same file.
 */
export const createFileNameValidator = (): ((name: string) => string) => {
  const taken = new Map<string, string>();
  return (name) => {
    const seen = comparableName(name);
    const earlier = taken.get(seen) ?? name;
    const reason =
      findProblem(name) ??
      (earlier === name ? undefined : `some disks take it for ${JSON.stringify(earlier)}, which is in the same directory`);
    if (reason !== undefined) throw new UnsafeNameError({ file: name, reason });
    taken.set(seen, name);
    return name;
  };
};
