/** A part of a file that is fetched before its turn, and held in memory until then. */

import { concatMap, Observable, tap } from 'rxjs';

/** A part on its way, or here. */
export interface PrefetchedRange {
  /** The next bytes of it, if some are here. */
  readonly take: () => Uint8Array | undefined;
  /** `broken`: bytes are missing, and will not come. */
  readonly state: () => 'coming' | 'whole' | 'broken';
  /** Fulfils when bytes have come, or no more will. */
  readonly nextChange: () => Promise<void>;
  /** Leaves it: cancels what is under way, and forgets what is here. */
  readonly cancel: () => void;
}

/** Which part, and how it is had. */
export interface PrefetchOptions {
  /** Bytes; neither fewer nor more may come. */
  readonly length: number;
  /** The body that has them, and nothing else; subscribed to at once. */
  readonly body$: Observable<ReadableStream<Uint8Array>>;
  /** Told how many bytes are no longer held, or will not be: all of them in the end. */
  readonly onFreed: (bytes: number) => void;
  /** Told once that its connection has ended, and whether it brought the part. Also told when it is dropped before that. */
  readonly onEnd: (isWhole: boolean, thrown?: unknown) => void;
}

/** Fetches a part as fast as it comes: whoever asks for one has room for all of it. */
export const prefetchRange = ({ length, body$, onFreed, onEnd }: PrefetchOptions): PrefetchedRange => {
  const chunks: Uint8Array[] = [];
  let missing = length;
  let held = length;
  let state: 'coming' | 'whole' | 'broken' = 'coming';
  let wake = (): void => undefined;
  const end = (isWhole: boolean, thrown?: unknown): void => {
    if (state !== 'coming') return;
    state = isWhole ? 'whole' : 'broken';
    onEnd(isWhole, thrown);
    wake();
  };
  const free = (bytes: number): void => {
    held -= bytes;
    onFreed(bytes);
  };
  const subscription = body$
    .pipe(
      concatMap(readChunks),
      tap((piece) => {
        if (piece.byteLength > missing) throw new RangeError('more bytes came than belong to the part');
      }),
    )
    .subscribe({
      next: (piece) => {
        missing -= piece.byteLength;
        chunks.push(piece);
        wake();
      },
      error: (thrown: unknown) => end(false, thrown),
      complete: () => end(missing === 0),
    });
  return {
    take: () => {
      const piece = chunks.shift();
      if (piece !== undefined) free(piece.byteLength);
      return piece;
    },
    state: () => state,
    nextChange: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
    cancel: () => {
      subscription.unsubscribe();
      chunks.length = 0;
      free(held);
      end(false);
    },
  };
};

/** Emits the pieces as they come. Unsubscribing cancels the stream. */
const readChunks = (stream: ReadableStream<Uint8Array>): Observable<Uint8Array> =>
  new Observable((subscriber) => {
    const reader = stream.getReader();
    const read = async (): Promise<void> => {
      for (let part = await reader.read(); !part.done && !subscriber.closed; part = await reader.read())
        subscriber.next(part.value);
    };
    read().then(
      () => subscriber.complete(),
      (thrown: unknown) => subscriber.error(thrown),
    );
    return () => {
      // A stream that has ended or broken has nothing to cancel, and says so.
      reader.cancel().catch(() => undefined);
    };
  });
