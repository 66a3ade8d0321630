/** Formats byte counts, durations, file counts, names and JSON for output. */

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `1234567` is `1.2 MB`. */
export const formatBytes = (count: number): string => {
  let power = 0;
  // Rounds first: 999 999 bytes are 1.0 MB, not 1000 kB.
  while (power < units.length - 1 && Math.round(count / 1000 ** power) >= 1000) power += 1;
  const scaled = count / 1000 ** power;
  return `${power === 0 || scaled >= 99.95 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power] ?? ''}`;
};

/** `83000` milliseconds are `1 min 23 s`. */
export const formatDuration = (milliseconds: number): string => {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
};

/** `83000` milliseconds are `1 min`: for displays with little space. */
export const formatShortDuration = (milliseconds: number): string => {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 360_000) return `${(Math.floor(seconds / 360) / 10).toFixed(1)} h`;
  return `${Math.min(Math.floor(seconds / 86_400), 9999)} d`;
};

/** `1 file`, `2 files`. */
export const formatFileCount = (count: number): string => `${count} file${count === 1 ? '' : 's'}`;

/** Replaces control characters and line breaks: the server chooses names, and they may contain escape sequences. */
export const replaceControlCharacters = (text: string): string => text.replaceAll(/\p{C}|\p{Zl}|\p{Zp}/gu, '\u{fffd}');

// `JSON.stringify` escapes control characters below U+0020 only; terminals also act on C1 controls, line separators and text direction.
const unsafe = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escapeCharacter = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Returns the value as one line of JSON that is safe to print on a terminal, with a line break at its end. */
export const jsonLine = (value: unknown): string => `${JSON.stringify(value).replaceAll(unsafe, escapeCharacter)}\n`;
