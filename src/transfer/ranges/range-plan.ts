/** Decides when a file is fetched in byte ranges over several connections, and how large the ranges are. */

import { asyncScheduler, takeWhile, type MonoTypeOperatorFunction } from 'rxjs';
import type { ConnectionSlot } from '../../operators/merge-map-adaptive.ts';
import type { TransferProgress } from '../transfer.ts';

/** The limits of the decision. */
export interface RangeLimits {
  /** Minimum number of bytes left of a file. With fewer, opening connections takes longer than they save. */
  readonly minRemaining: number;
  /** Maximum number of bytes buffered before their turn, over all files of a download. */
  readonly maxBuffered: number;
  /** Minimum length of a range in bytes. */
  readonly minRangeSize: number;
  /** Bytes per millisecond at which one connection is fast enough: about a gigabit per second, close to the speed of hashing and writing. */
  readonly fastEnough: number;
  /** Milliseconds for which the speed of a connection is measured. */
  readonly measureTime: number;
}

const MEBIBYTE = 1024 * 1024;

const DEFAULT_LIMITS: RangeLimits = {
  minRemaining: 16 * MEBIBYTE,
  maxBuffered: 48 * MEBIBYTE,
  minRangeSize: 4 * MEBIBYTE,
  fastEnough: 100_000,
  measureTime: 200,
};

/**
 * Returns the limits if the speed is limited: a connection that comes close to the limit is fast enough.
 *
 * @param limitRate - Bytes per second.
 */
export const rangeLimitsWithin = (limitRate: number): RangeLimits => ({
  ...DEFAULT_LIMITS,
  fastEnough: Math.min(DEFAULT_LIMITS.fastEnough, (0.8 * limitRate) / 1000),
});

/** The ranges of all files of a download, and their shared buffer. */
export interface RangePlan extends RangeLimits {
  /** Returns the length of the next range, given the number of bytes left of the file. */
  readonly nextLength: (left: number) => number;
  /** Returns true if the buffer has space for so many bytes. */
  readonly hasSpace: (bytes: number) => boolean;
  /** Reserves a part of the buffer. Returns false if there is not enough space. */
  readonly reserve: (bytes: number) => boolean;
  /** Releases a part of what was reserved. */
  readonly release: (bytes: number) => void;
}

/**
 * Creates a plan.
 *
 * @param connections - Maximum number of connections at a time, over all files.
 */
export const createRangePlan = (connections: number, limits: RangeLimits = DEFAULT_LIMITS): RangePlan => {
  // Half as many ranges more than connections, so that a connection whose range is complete need not wait for the turn of that range.
  const usualLength = Math.max(limits.minRangeSize, Math.floor(limits.maxBuffered / (1.5 * connections)));
  let reserved = 0;
  const hasSpace = (bytes: number): boolean => reserved + bytes <= limits.maxBuffered;
  return {
    ...limits,
    // The last ranges are shorter, so that all connections end at about the same time.
    nextLength: (left) => Math.min(left, usualLength, Math.max(limits.minRangeSize, Math.ceil(left / connections))),
    hasSpace,
    reserve: (bytes) => {
      const isReserved = hasSpace(bytes);
      if (isReserved) reserved += bytes;
      return isReserved;
    },
    release: (bytes) => {
      reserved -= bytes;
    },
  };
};

/** What the plan has to know about one file. */
export interface RangeState {
  readonly plan: RangePlan;
  readonly slot: ConnectionSlot;
  /** Called when the server refuses a range because it is busy. */
  readonly onBusy: () => void;
  /** Offset from which the file may be fetched in ranges; `Infinity` if the server handled ranges badly. */
  from: number;
  /** Number of bytes that the sink has. */
  received: number;
  /** True once one connection was measured to be slow. */
  isSlow: boolean;
}

/** Creates the state of a file of which nothing was fetched yet. */
export const createRangeState = (options: Pick<RangeState, 'plan' | 'slot' | 'onBusy'>): RangeState => ({
  ...options,
  from: 0,
  received: 0,
  isSlow: false,
});

/**
 * Completes a transfer over one connection early, when the rest should be fetched in byte ranges.
 *
 * - Emits: as its source.
 * - Completes: with its source, or as soon as the rest should be fetched in ranges.
 * - Errors: as its source.
 * - Unsubscribing: unsubscribes from its source.
 */
export const takeUntilParallel =
  (ranges: RangeState, total: number): MonoTypeOperatorFunction<TransferProgress> =>
  (source) => {
    const { plan, slot, received: receivedBefore } = ranges;
    const startedAt = asyncScheduler.now();
    let receivedAtSuccess = receivedBefore;
    return source.pipe(
      takeWhile(({ received }, index) => {
        // The first emission precedes the first read. Completing here would leave the body uncancelled.
        if (index === 0) return true;
        const elapsed = asyncScheduler.now() - startedAt;
        ranges.isSlow ||= elapsed >= plan.measureTime && received - receivedBefore < elapsed * plan.fastEnough;
        // The length of a range was received: this counts as one success of the slot.
        if (received - receivedAtSuccess >= plan.nextLength(total)) {
          receivedAtSuccess = received;
          slot.begin()(true);
        }
        const left = total - received;
        const isWorthwhile = ranges.isSlow && received >= ranges.from && left >= plan.minRemaining;
        return !(isWorthwhile && slot.hasExtra() && plan.hasSpace(2 * plan.nextLength(left)));
      }),
    );
  };
