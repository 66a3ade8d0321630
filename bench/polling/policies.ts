/** How today's tools wait for preparations, as their sources tell it: a wall time and a number of requests. */

import { fetched, prepared, roundTrip } from './server.ts';

/** What it took. */
export interface Outcome {
  /** Milliseconds from the first request to the last file's last byte; `undefined` where the tool gives up. */
  readonly wall: number | undefined;
  /** Requests that only asked how far it is. */
  readonly waiting: number;
}

/** A tool: how long each file's preparation takes, and how many are prepared at a time. */
export type Policy = (times: readonly number[], atOnce: number) => Outcome;

/** Bodies fetched at the same time, as `download` does by default, and files asked for at the same time. */
export const lanes = 2;
const asksAtOnce = 8;

/** Create the session, list its files. */
export const opened = 2 * roundTrip;

/** When requests for preparation arrive that are sent so many at a time. */
const askedAt = (count: number, atOnce: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => opened + Math.floor(index / atOnce) * roundTrip + roundTrip / 2);

/** Notices at once, and asks nothing: the best there can be. */
export const oracle: Policy = (times, atOnce) => {
  const { ready } = prepared(askedAt(times.length, asksAtOnce), times, atOnce);
  const answered = opened + Math.ceil(times.length / asksAtOnce) * roundTrip;
  return {
    wall: fetched(
      ready.map((at) => Math.max(at, answered)),
      lanes,
    ),
    waiting: 0,
  };
};

/** Asks for all, one by one; then file by file: a get a second until it is PREPARED, then its bytes. */
export const govc: Policy = (times, atOnce) => {
  const { ready } = prepared(askedAt(times.length, 1), times, atOnce);
  let now = opened + times.length * roundTrip;
  let waiting = 0;
  for (const at of ready) {
    for (;;) {
      waiting += 1;
      const seen = now + roundTrip / 2 >= at;
      now += roundTrip;
      if (seen) break;
      now += 1000;
    }
    now += roundTrip;
  }
  return { wall: now, waiting };
};

/** File by file: asks for it, waits, fetches it. Nothing is prepared meanwhile, so that it does not matter how many at a time. */
const fileByFile =
  (first: number, pause: number, limit: number): Policy =>
  (times) => {
    let now = opened;
    let waiting = 0;
    for (const time of times) {
      const ready = now + roundTrip / 2 + time;
      now += roundTrip;
      const begun = now;
      now += first;
      for (;;) {
        waiting += 1;
        const seen = now + roundTrip / 2 >= ready;
        now += roundTrip;
        if (seen) break;
        if (now - begun >= limit) return { wall: undefined, waiting };
        now += pause;
      }
      now += roundTrip;
    }
    return { wall: now, waiting };
  };

/** VMware's Python sample: a get a second, thirty seconds at the most. */
export const python = fileByFile(0, 1000, 30_000);

/** VMware's Java sample: sleeps five seconds, then asks without a pause, six minutes at the most. */
export const java = fileByFile(5000, 0, 360_000);

/** A poller of `@azure/core-lro` a file, side by side: a get at once, then every two seconds. */
export const coreLro: Policy = (times, atOnce) => {
  const asked = askedAt(times.length, asksAtOnce);
  const { ready } = prepared(asked, times, atOnce);
  let waiting = 0;
  const seen = ready.map((at, index) => {
    let now = (asked[index] ?? 0) + roundTrip / 2;
    for (;;) {
      waiting += 1;
      const isReady = now + roundTrip / 2 >= at;
      now += roundTrip;
      if (isReady) return now;
      now += 2000;
    }
  });
  return { wall: fetched(seen, lanes), waiting };
};
