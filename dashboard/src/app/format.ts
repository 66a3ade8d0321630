/** Formats byte counts, as the command does, and durations. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `1234567` is `1.2 MB`. */
export const formatBytes = (count: number): string => {
  let power = 0;
  // Rounds first: 999 999 bytes are 1.0 MB, not 1000 kB.
  while (power < UNITS.length - 1 && Math.round(count / 1000 ** power) >= 1000) power += 1;
  const scaled = count / 1000 ** power;
  return `${power === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${UNITS[power] ?? ''}`;
};

/** Milliseconds: `90000` is `1 min 30 s`. */
export const formatDuration = (milliseconds: number): string => {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
};
