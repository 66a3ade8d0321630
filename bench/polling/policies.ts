/** How other tools wait for preparations, as their sources do it. */

import { computeEnd, computePreparations, ROUND_TRIP } from './virtual-server.ts';

/** What one download costs. */
export interface Outcome {
  /** Milliseconds from the first request to the last byte of the last file; `undefined` if the tool times out. */
  readonly wall: number | undefined;
  /** Requests that only read the status. */
  readonly statusReads: number;
}

/**
 * How a tool waits.
 *
 * @param durations - How long the preparation of each file takes, in milliseconds. @param concurrency - Files prepared at a time.
 */
export type Policy = (durations: readonly number[], concurrency: number) => Outcome;

/** Files fetched at a time: the default of `download`. */
export const FETCH_CONCURRENCY = 2;
/** Prepare requests sent at a time. */
const PREPARE_CONCURRENCY = 8;

/** When the session is created and its files are listed. */
export const OPENED_AT = 2 * ROUND_TRIP;

/** Returns when each prepare request arrives. */
const prepareArrivals = (count: number, concurrency: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => OPENED_AT + Math.floor(index / concurrency) * ROUND_TRIP + ROUND_TRIP / 2);

/** The best possible outcome: notices each file at once, and reads no status. */
export const oracle: Policy = (durations, concurrency) => {
  const { readyAt } = computePreparations(prepareArrivals(durations.length, PREPARE_CONCURRENCY), durations, concurrency);
  const lastPrepareResponse = OPENED_AT + Math.ceil(durations.length / PREPARE_CONCURRENCY) * ROUND_TRIP;
  const noticedAt = readyAt.map((at) => Math.max(at, lastPrepareResponse));
  return { wall: computeEnd(noticedAt, FETCH_CONCURRENCY), statusReads: 0 };
};

/** Sends all prepare requests, one by one. Then, file by file: reads the status every second until it is PREPARED, and fetches it. */
export const govc: Policy = (durations, concurrency) => {
  const { readyAt } = computePreparations(prepareArrivals(durations.length, 1), durations, concurrency);
  let now = OPENED_AT + durations.length * ROUND_TRIP;
  let statusReads = 0;
  for (const at of readyAt) {
    for (;;) {
      statusReads += 1;
      const isReady = now + ROUND_TRIP / 2 >= at;
      now += ROUND_TRIP;
      if (isReady) break;
      now += 1000;
    }
    now += ROUND_TRIP;
  }
  return { wall: now, statusReads };
};

/**
 * File by file: sends the prepare request, waits, fetches. Only one file is ever in preparation, so the server's concurrency has no effect.
 *
 * @param initialDelay - Milliseconds before the first status read. @param interval - Milliseconds between status reads.
 * @param timeout - Milliseconds after which the tool stops with an error.
 */
const fileByFile =
  (initialDelay: number, interval: number, timeout: number): Policy =>
  (durations) => {
    let now = OPENED_AT;
    let statusReads = 0;
    for (const duration of durations) {
      const readyAt = now + ROUND_TRIP / 2 + duration;
      now += ROUND_TRIP;
      const startedAt = now;
      now += initialDelay;
      for (;;) {
        statusReads += 1;
        const isReady = now + ROUND_TRIP / 2 >= readyAt;
        now += ROUND_TRIP;
        if (isReady) break;
        if (now - startedAt >= timeout) return { wall: undefined, statusReads };
        now += interval;
      }
      now += ROUND_TRIP;
    }
    return { wall: now, statusReads };
  };

/** VMware's Python sample: one status read a second, for at most thirty seconds. */
export const python = fileByFile(0, 1000, 30_000);

/** VMware's Java sample: sleeps for five seconds, then reads the status without a pause, for at most six minutes. */
export const java = fileByFile(5000, 0, 360_000);

/** One poller of `@azure/core-lro` for each file, all at the same time: a status read at once, then every two seconds. */
export const coreLro: Policy = (durations, concurrency) => {
  const requestedAt = prepareArrivals(durations.length, PREPARE_CONCURRENCY);
  const { readyAt } = computePreparations(requestedAt, durations, concurrency);
  let statusReads = 0;
  const noticedAt = readyAt.map((at, index) => {
    let now = (requestedAt[index] ?? 0) + ROUND_TRIP / 2;
    for (;;) {
      statusReads += 1;
      const isReady = now + ROUND_TRIP / 2 >= at;
      now += ROUND_TRIP;
      if (isReady) return now;
      now += 2000;
    }
  });
  return { wall: computeEnd(noticedAt, FETCH_CONCURRENCY), statusReads };
};
