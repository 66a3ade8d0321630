/** Bytes, times, numbers of things and names as people read them. */

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `1234567` is `1.2 MB`. */
export const bytes = (count: number): string => {
  let power = 0;
  // As it will be printed: 999 999 bytes are not 1000 kB.
  while (power < units.length - 1 && Math.round(count / 1000 ** power) >= 1000) power += 1;
  const scaled = count / 1000 ** power;
  return `${power === 0 || scaled >= 99.95 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power] ?? ''}`;
};

/** `83000` is `1 min 23 s`. */
export const time = (milliseconds: number): string => {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
};

/** `1 file`, `2 files`. */
export const files = (count: number): string => `${count} file${count === 1 ? '' : 's'}`;

/** A name as one line of a terminal can show it: the server chose it, and it may hold escape sequences. */
export const sanitize = (name: string): string => name.replaceAll(/\p{C}|\p{Zl}|\p{Zp}/gu, '\u{fffd}');
