/** How many slots are used at the same time: more while that raises the throughput, fewer when the server is busy. */

import { asyncScheduler } from 'rxjs';

/** Releases a slot. Called with true if the work in it succeeded. */
export type ReleaseSlot = (succeeded: boolean) => void;

/** Options of {@link createAdaptiveLimit}. */
export interface AdaptiveLimitOptions {
  /** Maximum number of slots. */
  readonly maxConcurrency: number;
  /** Number of slots at first. @default maxConcurrency */
  readonly initialConcurrency?: number | undefined;
  /** Returns the number of bytes received so far, or another count that never decreases. @default the throughput is not measured */
  readonly received?: (() => number) | undefined;
}

/** The number of slots that may be used. */
export interface AdaptiveLimit {
  /** Returns the current limit. */
  readonly value: () => number;
  /** Returns true once the server was busy. */
  readonly wasBusy: () => boolean;
  /** Begins work in a slot; returns the function to call when it ends. */
  readonly begin: () => ReleaseSlot;
  /** Halves the limit, because the server is busy. */
  readonly onBusy: () => void;
}

/** The slots before the last growth, and what they achieved. */
interface Level {
  readonly limit: number;
  /** Units of `received` per millisecond. */
  readonly rate: number;
}

/** Minimum time over which the throughput is measured, in milliseconds. */
const MEASURE_TIME = 200;
/** Throughput after a growth, compared with before; with less, the growth was useless. */
const MIN_GAIN = 1.05;
/** Rounds of slots after a useless growth until the next. */
const ROUNDS_OF_REST = 16;

/**
 * Creates a limit. Every round of slots that has succeeded lets it grow: at first it doubles; after the server was busy, it grows by one. If
 * the throughput has not risen with it, it returns to where it was, and rests.
 */
export const createAdaptiveLimit = ({
  maxConcurrency,
  initialConcurrency = maxConcurrency,
  received,
}: AdaptiveLimitOptions): AdaptiveLimit => {
  let limit = Math.min(initialConcurrency, maxConcurrency);
  let wasBusy = false;
  let halvings = 0;
  /** Successes of work that was started after the last halving. */
  let successes = 0;
  /** True if work was started after the last halving, so that several simultaneous refusals halve only once. */
  let startedSinceHalving = true;
  let before: Level | undefined;
  let roundsOfRest = 0;
  let roundStartedAt = asyncScheduler.now();
  let receivedAtStart = received?.() ?? 0;

  const beginRound = (): void => {
    successes = 0;
    roundStartedAt = asyncScheduler.now();
    receivedAtStart = received?.() ?? 0;
  };
  const grow = (): void => {
    limit = Math.min(maxConcurrency, wasBusy ? limit + 1 : 2 * limit);
  };
  const endRound = (): void => {
    if (received === undefined) {
      grow();
      return beginRound();
    }
    const elapsed = asyncScheduler.now() - roundStartedAt;
    if (elapsed < MEASURE_TIME) return;
    const rate = (received() - receivedAtStart) / elapsed;
    if (before !== undefined && limit > before.limit && rate < MIN_GAIN * before.rate) {
      ({ limit } = before);
      before = undefined;
      roundsOfRest = ROUNDS_OF_REST;
    } else if (roundsOfRest > 0) roundsOfRest -= 1;
    else {
      before = { limit, rate };
      grow();
    }
    beginRound();
  };
  return {
    value: () => limit,
    wasBusy: () => wasBusy,
    begin: () => {
      startedSinceHalving = true;
      const halvingsAtStart = halvings;
      return (succeeded) => {
        if (succeeded && halvingsAtStart === halvings) successes += 1;
        if (successes >= limit) endRound();
      };
    },
    onBusy: () => {
      if (!startedSinceHalving) return;
      limit = Math.max(1, Math.floor(limit / 2));
      wasBusy = true;
      halvings += 1;
      startedSinceHalving = false;
      before = undefined;
      beginRound();
    },
  };
};
