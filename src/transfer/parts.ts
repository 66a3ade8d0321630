/** When a file is fetched in parts: where one connection is slow, others are free, and the server can; and how large the parts are. */

import { asyncScheduler, takeWhile, type MonoTypeOperatorFunction } from 'rxjs';
import type { Transferred } from './transfer.ts';

/** Ends the use of a connection, and says whether it brought what it was for. */
export type Ended = (wentWell: boolean) => void;

/** The connections that a file may use. */
export interface Lane {
  /** Begins another use of the file's own. */
  readonly begin: () => Ended;
  /** Whether there is another one, which nobody waits for. */
  readonly isSpare: () => boolean;
  /** Takes it, until its use is ended. */
  readonly borrow: () => Ended | undefined;
}

/** Bytes and times by which it is decided. */
export interface PartsLimits {
  /** Bytes that have to be left of a file: below, the connections would take longer to make than they save. */
  readonly least: number;
  /** Bytes of all files of a download that may be held in memory before their turn. */
  readonly held: number;
  /** Bytes of the smallest part. */
  readonly smallest: number;
  /** Bytes a millisecond from which on a connection is fast enough: a gigabit, and a good part of what is hashed and written meanwhile. */
  readonly fast: number;
  /** Milliseconds after which a connection has shown how fast it is. */
  readonly trial: number;
}

const mebibyte = 1024 * 1024;

const usual: PartsLimits = { least: 16 * mebibyte, held: 48 * mebibyte, smallest: 4 * mebibyte, fast: 100_000, trial: 200 };

/** How all files of a download are fetched in parts. */
export interface PartsPlan extends PartsLimits {
  /** The length of the next part, of so many bytes that are left. */
  readonly lengthOf: (left: number) => number;
  /** Whether there is memory for so many bytes. */
  readonly hasRoom: (bytes: number) => boolean;
  /** Reserves memory, if there is enough. */
  readonly hold: (bytes: number) => boolean;
  /** Gives some of it back. */
  readonly free: (bytes: number) => void;
}

/** @param connections - The most that there are at a time, for all files. */
export const partsPlan = (connections: number, limits: PartsLimits = usual): PartsPlan => {
  // One part more than there are connections: one that has brought its part need not wait until that has its turn.
  const usualLength = Math.max(limits.smallest, Math.floor(limits.held / (connections + 1)));
  let held = 0;
  const hasRoom = (bytes: number): boolean => held + bytes <= limits.held;
  return {
    ...limits,
    // Towards the end they are shorter, so that all connections end at about the same time.
    lengthOf: (left) => Math.min(left, usualLength, Math.max(limits.smallest, Math.ceil(left / connections))),
    hasRoom,
    hold: (bytes) => {
      const isRoom = hasRoom(bytes);
      if (isRoom) held += bytes;
      return isRoom;
    },
    free: (bytes) => {
      held -= bytes;
    },
  };
};

/** What is to be known of one file. */
export interface Parts {
  readonly plan: PartsPlan;
  readonly lane: Lane;
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
export const partsOf = (known: Pick<Parts, 'plan' | 'lane' | 'onBusy'>): Parts => ({
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
export const untilInParts =
  (parts: Parts, total: number): MonoTypeOperatorFunction<Transferred> =>
  (source) => {
    const { plan, lane } = parts;
    const begun = asyncScheduler.now();
    const { received: first } = parts;
    let proven = first;
    return source.pipe(
      takeWhile(({ received }, index) => {
        // The first one comes before the body is read: nobody would cancel it.
        if (index === 0) return true;
        const time = asyncScheduler.now() - begun;
        parts.isSlow ||= time >= plan.trial && received - first < time * plan.fast;
        // As much as a part, and well.
        if (received - proven >= plan.lengthOf(total)) {
          proven = received;
          lane.begin()(true);
        }
        const left = total - received;
        const isTime = parts.isSlow && received >= parts.from && left >= plan.least;
        return !(isTime && lane.isSpare() && plan.hasRoom(2 * plan.lengthOf(left)));
      }),
    );
  };
