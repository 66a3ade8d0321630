/** Fetches a byte range before its turn and buffers it. */

import { asyncScheduler, concatMap, type Observable } from 'rxjs';
import { createFreeBuffer, type FreeBuffer } from '../free-buffer.ts';
import { readChunks } from '../read-chunks.ts';

/** `failed`: bytes are missing and will not be received. */
export type RangeFetchState = 'pending' | 'complete' | 'failed';

/** A byte range that is being fetched, or is buffered. */
export interface PrefetchedRange {
  /** Removes and returns the next buffered chunk, if there is one. */
  readonly take: () => Uint8Array | undefined;
  /** Frees the memory of a chunk that was taken; `undefined` if other code may still hold it. */
  readonly freeBuffer: () => FreeBuffer | undefined;
  readonly state: () => RangeFetchState;
  /** Fulfills when another chunk is buffered or the state has changed. */
  readonly nextChange: () => Promise<void>;
  /** Cancels the request and discards the buffered chunks. */
  readonly cancel: () => void;
}

/** Options of {@link prefetchRange}. */
export interface PrefetchOptions {
  /** Length of the range in bytes. A body of another length fails. */
  readonly length: number;
  /** Emits the body of exactly this range. Subscribed to at once. */
  readonly body$: Observable<ReadableStream<Uint8Array>>;
  /** Called with a number of bytes that need no buffer any more; all calls add up to `length`. */
  readonly onFreed: (bytes: number) => void;
  /**
   * Called once before the end, at the latest time at which the response to a further request would arrive without a pause in the bytes. Not
   * called if the response had no delay.
   */
  readonly onAlmostComplete?: () => void;
  /** Called once, when the connection has ended or the range is cancelled. */
  readonly onEnd: (isComplete: boolean, thrown?: unknown) => void;
}

/** Fetches as fast as possible: the caller has reserved a buffer for the complete range. */
export const prefetchRange = ({ length, body$, onFreed, onAlmostComplete, onEnd }: PrefetchOptions): PrefetchedRange => {
  const chunks: Uint8Array[] = [];
  let missing = length;
  let reserved = length;
  let state: RangeFetchState = 'pending';
  let notifyChange = (): void => undefined;
  let freeBuffer: FreeBuffer | undefined;
  const requestedAt = asyncScheduler.now();
  let respondedAt = requestedAt;
  let isAlmostComplete = false;
  const checkRemaining = (): void => {
    if (isAlmostComplete || missing === 0 || missing > length / 2) return;
    const rate = (length - missing) / (asyncScheduler.now() - respondedAt);
    const duringResponse = rate * (respondedAt - requestedAt);
    // Bytes that arrive all at once have an infinite rate.
    isAlmostComplete = missing <= duringResponse;
    if (isAlmostComplete) onAlmostComplete?.();
  };
  const end = (isComplete: boolean, thrown?: unknown): void => {
    if (state !== 'pending') return;
    state = isComplete ? 'complete' : 'failed';
    onEnd(isComplete, thrown);
    notifyChange();
  };
  const free = (bytes: number): void => {
    reserved -= bytes;
    onFreed(bytes);
  };
  const bufferChunk = (chunk: Uint8Array): void => {
    if (chunk.byteLength > missing) throw new RangeError('the body is longer than the byte range');
    missing -= chunk.byteLength;
    chunks.push(chunk);
    notifyChange();
    checkRemaining();
  };
  const readBody = (body: ReadableStream<Uint8Array>): Observable<void> => {
    respondedAt = asyncScheduler.now();
    freeBuffer = createFreeBuffer(body);
    return readChunks(body, bufferChunk);
  };
  const subscription = body$.pipe(concatMap(readBody)).subscribe({
    error: (thrown: unknown) => end(false, thrown),
    complete: () => end(missing === 0),
  });
  return {
    take: () => {
      const chunk = chunks.shift();
      if (chunk !== undefined) free(chunk.byteLength);
      return chunk;
    },
    freeBuffer: () => freeBuffer,
    state: () => state,
    nextChange: () =>
      new Promise((resolve) => {
        notifyChange = resolve;
      }),
    cancel: () => {
      subscription.unsubscribe();
      chunks.length = 0;
      free(reserved);
      end(false);
    },
  };
};
