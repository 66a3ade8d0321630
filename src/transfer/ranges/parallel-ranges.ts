/** The rest of a file over several connections, as one stream of its bytes in their order. */

import type { Observable } from 'rxjs';
import { prefetchRange, type PrefetchedRange } from './prefetched-range.ts';
import type { ReleaseSlot, ConnectionSlot } from '../../operators/merge-map-adaptive.ts';
import type { RangePlan } from './range-plan.ts';

/** Which bytes, and how they are had. */
export interface ParallelRangesOptions {
  /** The first byte, counted from the first one of the file. */
  readonly from: number;
  /** The length of the file. */
  readonly total: number;
  /** Asks for the bytes from one on up to another, that one excluded; errors if others are answered. */
  readonly open: (from: number, to: number) => Observable<ReadableStream<Uint8Array>>;
  readonly plan: RangePlan;
  readonly slot: ConnectionSlot;
  /** Told what a part failed with. */
  readonly onFailure: (thrown: unknown) => void;
}

/** Bytes that are handed over at once: a promise for every piece would cost more than the piece. */
const MAX_BYTES_PER_PULL = 256 * 1024;

/**
 * Bytes in their order, each of them as soon as it is there.
 *
 * It closes after the last byte, and never errors: where a part does not come, or no second connection is free any more, it closes after
 * the good bytes before that, so that whoever reads it can go on over a single one. Cancelling it cancels all parts.
 */
export const fetchRangesInOrder = ({
  from,
  total,
  open,
  plan,
  slot,
  onFailure,
}: ParallelRangesOptions): ReadableStream<Uint8Array> => {
  const prefetched: PrefetchedRange[] = [];
  let next = from;
  let ownSlotInUse = false;
  /** How many connections are in use. */
  let activeConnections = 0;
  let isEnding = false;

  const openConnection = (): ReleaseSlot | undefined => {
    const borrowed = slot.acquireExtra();
    // Alone, one part after the other would be slower than the whole rest at once.
    if (borrowed !== undefined || ownSlotInUse || activeConnections === 0) return borrowed;
    ownSlotInUse = true;
    const ended = slot.begin();
    return (wentWell) => {
      ownSlotInUse = false;
      ended(wentWell);
    };
  };

  const fill = (): void => {
    while (!isEnding && next < total) {
      const length = plan.nextLength(total - next);
      if (!plan.reserve(length)) return;
      const ended = openConnection();
      if (ended === undefined) return plan.release(length);
      activeConnections += 1;
      const at = next;
      next += length;
      prefetched.push(
        prefetchRange({
          length,
          body$: open(at, at + length),
          onFreed: plan.release,
          onEnd: (isWhole, thrown) => {
            const isFailure = !isWhole && !isEnding;
            // What is behind a hole is of no use.
            isEnding ||= isFailure;
            activeConnections -= 1;
            ended(isWhole);
            if (isFailure) onFailure(thrown);
            fill();
          },
        }),
      );
    }
  };

  const dropAll = (): void => {
    isEnding = true;
    for (const part of prefetched.splice(0)) part.cancel();
  };

  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    fill();
    let given = 0;
    for (let part = prefetched[0]; part !== undefined && given < MAX_BYTES_PER_PULL; part = prefetched[0]) {
      const bytes = part.take();
      if (bytes !== undefined) {
        controller.enqueue(bytes);
        given += bytes.byteLength;
      } else if (part.state() === 'broken') dropAll();
      else if (part.state() === 'whole') {
        prefetched.shift();
        fill();
      } else if (given > 0) return;
      else await part.nextChange();
    }
    if (prefetched.length === 0 && given === 0 && !isCancelled) controller.close();
  };

  let isCancelled = false;
  return new ReadableStream<Uint8Array>(
    {
      pull,
      cancel: () => {
        isCancelled = true;
        dropAll();
      },
    },
    { highWaterMark: 0 },
  );
};
