/** Fetches the rest of a file over several connections, as one stream of its bytes in order. */

import type { Observable } from 'rxjs';
import type { ReleaseSlot } from '../../operators/adaptive-limit.ts';
import type { ConnectionSlot } from '../../operators/merge-map-adaptive.ts';
import type { FreeBuffer } from '../free-buffer.ts';
import { prefetchRange, type PrefetchedRange } from './prefetched-range.ts';
import type { RangePlan } from './range-plan.ts';

/** Options of {@link fetchRangesInOrder}. */
export interface ParallelRangesOptions {
  /** Offset of the first byte in the file. */
  readonly from: number;
  /** Length of the file in bytes. */
  readonly total: number;
  /** Requests the bytes from `from` up to `to`, exclusive. Errors if the server sends other bytes. */
  readonly open: (from: number, to: number) => Observable<ReadableStream<Uint8Array>>;
  readonly plan: RangePlan;
  readonly slot: ConnectionSlot;
  /** Called with the failure of a byte range. */
  readonly onFailure: (thrown: unknown) => void;
}

/** The bytes of several ranges in order. */
export interface RangesInOrder {
  readonly stream: ReadableStream<Uint8Array>;
  /** Frees the memory of a chunk of the stream, if no other code may hold it. */
  readonly freeBuffer: FreeBuffer;
}

/** A promise for each chunk would cost more than the chunk, so each pull enqueues up to this number of bytes. */
const MAX_BYTES_PER_PULL = 256 * 1024;

/**
 * Returns a stream of the bytes in order, each as soon as it is received.
 *
 * The next range is requested before one ends, if the slot allows it, so that the network is not idle while the server responds.
 *
 * The stream closes after the last byte and never errors: if a byte range fails, or no second connection is available any more, it closes
 * early, and the caller fetches the rest over one connection. Cancelling it cancels all byte ranges.
 */
export const fetchRangesInOrder = ({ from, total, open, plan, slot, onFailure }: ParallelRangesOptions): RangesInOrder => {
  const freeBuffers = new WeakMap<Uint8Array, FreeBuffer>();
  const ranges: PrefetchedRange[] = [];
  let nextOffset = from;
  let ownSlotInUse = false;
  let activeConnections = 0;
  /** True once no further range is requested. */
  let isEnding = false;
  let isCancelled = false;

  const acquireConnection = (): ReleaseSlot | undefined => {
    const extra = slot.acquireExtra();
    // With only one connection, ranges one after the other are slower than one request for the rest.
    if (extra !== undefined || ownSlotInUse || activeConnections === 0) return extra;
    ownSlotInUse = true;
    const releaseOwn = slot.begin();
    return (succeeded) => {
      ownSlotInUse = false;
      releaseOwn(succeeded);
    };
  };

  const requestRanges = (): void => {
    while (!isEnding && nextOffset < total) {
      const length = plan.nextLength(total - nextOffset);
      if (!plan.reserve(length)) return;
      const releaseConnection = acquireConnection();
      if (releaseConnection === undefined) return plan.release(length);
      activeConnections += 1;
      const offset = nextOffset;
      nextOffset += length;
      let endOverlap: (() => void) | undefined;
      let isReleased = false;
      const release = (succeeded: boolean): void => {
        if (isReleased) return;
        isReleased = true;
        activeConnections -= 1;
        releaseConnection(succeeded);
      };
      ranges.push(
        prefetchRange({
          length,
          body$: open(offset, offset + length),
          onFreed: plan.release,
          onAlmostComplete: () => {
            endOverlap = slot.overlap();
            if (endOverlap === undefined) return;
            release(true);
            requestRanges();
          },
          onEnd: (isComplete, thrown) => {
            const hasFailed = !isComplete && !isEnding;
            // Bytes after a gap cannot be used.
            isEnding ||= hasFailed;
            endOverlap?.();
            release(isComplete);
            if (hasFailed) onFailure(thrown);
            requestRanges();
          },
        }),
      );
    }
  };

  const cancelAll = (): void => {
    isEnding = true;
    for (const range of ranges.splice(0)) range.cancel();
  };

  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    requestRanges();
    let enqueued = 0;
    for (let range = ranges[0]; range !== undefined && enqueued < MAX_BYTES_PER_PULL; range = ranges[0]) {
      const chunk = range.take();
      if (chunk !== undefined) {
        const freeBuffer = range.freeBuffer();
        if (freeBuffer !== undefined) freeBuffers.set(chunk, freeBuffer);
        controller.enqueue(chunk);
        enqueued += chunk.byteLength;
      } else if (range.state() === 'failed') cancelAll();
      else if (range.state() === 'complete') {
        ranges.shift();
        requestRanges();
      } else if (enqueued > 0) return;
      else await range.nextChange();
    }
    if (ranges.length === 0 && enqueued === 0 && !isCancelled) controller.close();
  };

  const stream = new ReadableStream<Uint8Array>(
    {
      pull,
      cancel: () => {
        isCancelled = true;
        cancelAll();
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, freeBuffer: (chunk) => freeBuffers.get(chunk)?.(chunk) };
};
