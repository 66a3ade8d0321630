/** Fetches a byte range before its turn and buffers it. */

import { concatMap, type Observable } from 'rxjs';
import { readChunks } from '../read-chunks.ts';

/** `failed`: bytes are missing and will not be received. */
export type RangeFetchState = 'pending' | 'complete' | 'failed';

/** A byte range that is being fetched, or is buffered. */
export interface PrefetchedRange {
  /** Removes and returns the next buffered chunk, if there is one. */
  readonly take: () => Uint8Array | undefined;
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
  /** Called once, when the connection has ended or the range is cancelled. */
  readonly onEnd: (isComplete: boolean, thrown?: unknown) => void;
}

/** Fetches as fast as possible: the caller has reserved a buffer for the complete range. */
export const prefetchRange = ({ length, body$, onFreed, onEnd }: PrefetchOptions): PrefetchedRange => {
  const chunks: Uint8Array[] = [];
  let missing = length;
  let reserved = length;
  let state: RangeFetchState = 'pending';
  let notifyChange = (): void => undefined;
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
  };
  const subscription = body$.pipe(concatMap((body) => readChunks(body, bufferChunk))).subscribe({
    error: (thrown: unknown) => end(false, thrown),
    complete: () => end(missing === 0),
  });
  return {
    take: () => {
      const chunk = chunks.shift();
      if (chunk !== undefined) free(chunk.byteLength);
      return chunk;
    },
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
