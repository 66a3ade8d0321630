/** A server in virtual time that prepares all files at once, or a limited number at a time. */

/** Milliseconds from a request to its response; half of it in each direction. */
export const ROUND_TRIP = 40;

/** Milliseconds that a file stays PREPARE_REQUESTED after its preparation has begun. */
const REQUESTED_TIME = 200;

/** When the preparation of each file begins and ends, in milliseconds. */
export interface Preparations {
  readonly begunAt: readonly number[];
  readonly readyAt: readonly number[];
}

/**
 * Computes the preparations, first come, first served.
 *
 * @param requestedAt - When the prepare request of each file arrives. @param durations - How long each preparation takes.
 * @param concurrency - How many files the server prepares at a time.
 */
export const computePreparations = (
  requestedAt: readonly number[],
  durations: readonly number[],
  concurrency: number,
): Preparations => {
  const freeAt = Array.from({ length: Math.min(concurrency, requestedAt.length) }, () => 0);
  const begunAt: number[] = [];
  const readyAt: number[] = [];
  requestedAt.forEach((at, index) => {
    const slot = freeAt.indexOf(Math.min(...freeAt));
    begunAt.push(Math.max(at, freeAt[slot] ?? 0));
    readyAt.push((begunAt[index] ?? 0) + (durations[index] ?? 0));
    freeAt[slot] = readyAt[index] ?? 0;
  });
  return { begunAt, readyAt };
};

/** Returns the status of a file at a moment. */
export const statusAt = ({ begunAt, readyAt }: Preparations, index: number, now: number) => {
  if (now >= (readyAt[index] ?? Infinity)) return 'PREPARED';
  return now >= (begunAt[index] ?? Infinity) + REQUESTED_TIME ? 'PREPARING' : 'PREPARE_REQUESTED';
};

/**
 * Returns when the last file is fetched. Each fetch takes one round trip.
 *
 * @param noticedAt - When the client notices that each file is prepared. @param concurrency - Files fetched at a time.
 */
export const computeEnd = (noticedAt: readonly number[], concurrency: number): number => {
  const freeAt = Array.from({ length: concurrency }, () => 0);
  for (const at of noticedAt.toSorted((a, b) => a - b)) {
    const slot = freeAt.indexOf(Math.min(...freeAt));
    freeAt[slot] = Math.max(freeAt[slot] ?? 0, at) + ROUND_TRIP;
  }
  return Math.max(...freeAt);
};
