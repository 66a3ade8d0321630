/** When a file is fetched in parts: where one connection is slow, others are free, and the server can; and how large the parts are. */

import { asyncScheduler, takeWhile, type MonoTypeOperatorFunction } from 'rxjs';
import type { ConnectionSlot } from '../../operators/merge-map-adaptive.ts';
import type { TransferProgress } from '../transfer.ts';

/** Bytes and times by which it is decided. */
export interface RangeLimits {
  /** Bytes that have to be left of a file: below, the connections would take longer to make than they save. */
  readonly minRemaining: number;
  /** Bytes of all files of a download that may be held in memory before their turn. */
  readonly maxBuffered: number;
  /** Bytes of the smallest part. */
  readonly minRangeSize: number;
  /** Bytes a millisecond from which on a connection is fast enough: a gigabit, and a good part of what is hashed and written meanwhile. */
  readonly fastEnough: number;
  /** Milliseconds after which a connection has shown how fast it is. */
  readonly measureTime: number;
}

const mebibyte = 1024 * 1024;

const DEFAULT_LIMITS: RangeLimits = {
  minRemaining: 16 * mebibyte,
  maxBuffered: 48 * mebibyte,
  minRangeSize: 4 * mebibyte,
  fastEnough: 100_000,
  measureTime: 200,
};

/** How all files of a download are fetched in parts. */
export interface RangePlan extends RangeLimits {
  /** The length of the next part, of so many bytes that are left. */
  readonly nextLength: (left: number) => number;
  /** Whether there is memory for so many bytes. */
  readonly hasRoom: (bytes: number) => boolean;
  /** Reserves memory, if there is enough. */
  readonly reserve: (bytes: number) => boolean;
  /** Gives some of it back. */
  readonly release: (bytes: number) => void;
}

/** @param connections - The most that there are at a time, for all files. */
export const createRangePlan = (connections: number, limits: RangeLimits = DEFAULT_LIMITS): RangePlan => {
  // One part more than there are connections: one that has brought its part need not wait until that has its turn.
  const usualLength = Math.max(limits.minRangeSize, Math.floor(limits.maxBuffered / (connections + 1)));
  let held = 0;
  const hasMemory = (bytes: number): boolean => held + bytes <= limits.maxBuffered;
  return {
    ...limits,
    // Towards the end they are shorter, so that all connections end at about the same time.
    nextLength: (left) => Math.min(left, usualLength, Math.max(limits.minRangeSize, Math.ceil(left / connections))),
    hasRoom: hasMemory,
    reserve: (bytes) => {
      const isRoom = hasMemory(bytes);
      if (isRoom) held += bytes;
      return isRoom;
    },
    release: (bytes) => {
      held -= bytes;
    },
  };
};

/** What is to be known of one file. */
export interface RangeState {
  readonly plan: RangePlan;
  readonly slot: ConnectionSlot;
  /** Says that the server has too much to do. */
  readonly onBusy: () => void;
  /** The byte from which on it may be fetched in parts; `Infinity` where the server was bad at it. */
  from: number;
  /** Bytes that came at last. */
  received: number;
  /** Whether one connection was found to be slow. */
  isSlow: boolean;
}

/** Starts with nothing known. */
export const createRangeState = (known: Pick<RangeState, 'plan' | 'slot' | 'onBusy'>): RangeState => ({
  ...known,
  from: 0,
  received: 0,
  isSlow: false,
});

/**
 * - Emits: as its source.
 * - Completes: with its source, or where it is time to go on in parts.
 * - Errors: as its source. - Unsubscribing: unsubscribes from its source.
 */
export const takeUntilParallel =
  (parts: RangeState, total: number): MonoTypeOperatorFunction<TransferProgress> =>
  (source) => {
    const { plan, slot } = parts;
    const begun = asyncScheduler.now();
    const { received: first } = parts;
    let proven = first;
    return source.pipe(
      takeWhile(({ received }, index) => {
        // The first one comes before the body is read: nobody would cancel it.
        if (index === 0) return true;
        const time = asyncScheduler.now() - begun;
        parts.isSlow ||= time >= plan.measureTime && received - first < time * plan.fastEnough;
        // As much as a part, and well.
        if (received - proven >= plan.nextLength(total)) {
          proven = received;
          slot.begin()(true);
        }
        const left = total - received;
        const isTime = parts.isSlow && received >= parts.from && left >= plan.minRemaining;
        return !(isTime && slot.hasExtra() && plan.hasRoom(2 * plan.nextLength(left)));
      }),
    );
  };
