/** A server that prepares files in virtual time: all at once, or so many at a time. */

/** Milliseconds from a request to its answer; half of it is the way there. */
export const roundTrip = 40;

/** Milliseconds that a file is still PREPARE_REQUESTED when its turn has come. */
const requested = 200;

/** When the preparations of files begin and end. */
export interface Preparations {
  readonly begun: readonly number[];
  readonly ready: readonly number[];
}

/**
 * Works out the preparations, first come, first served.
 *
 * @param asked - When each request for preparation has arrived, in milliseconds. @param times - How long each takes.
 * @param atOnce - How many the server prepares at a time.
 */
export const prepared = (asked: readonly number[], times: readonly number[], atOnce: number): Preparations => {
  const free = Array.from({ length: Math.min(atOnce, asked.length) }, () => 0);
  const begun: number[] = [];
  const ready: number[] = [];
  asked.forEach((at, index) => {
    const next = free.indexOf(Math.min(...free));
    begun.push(Math.max(at, free[next] ?? 0));
    ready.push((begun[index] ?? 0) + (times[index] ?? 0));
    free[next] = ready[index] ?? 0;
  });
  return { begun, ready };
};

/** What the server says of a file at a moment. */
export const statusAt = ({ begun, ready }: Preparations, index: number, now: number) => {
  if (now >= (ready[index] ?? Infinity)) return 'PREPARED';
  return now >= (begun[index] ?? Infinity) + requested ? 'PREPARING' : 'PREPARE_REQUESTED';
};

/** When the last of files is fetched, so many at a time, a round trip each, if they are seen ready at these times. */
export const fetched = (seen: readonly number[], lanes: number): number => {
  const free = Array.from({ length: lanes }, () => 0);
  for (const at of seen.toSorted((a, b) => a - b)) {
    const next = free.indexOf(Math.min(...free));
    free[next] = Math.max(free[next] ?? 0, at) + roundTrip;
  }
  return Math.max(...free);
};
