/** Reads a stream chunk by chunk, at the pace of its consumer. */

import { Observable } from 'rxjs';

/**
 * Passes each chunk to `consume`. If that returns a promise, the next chunk is not read before it is fulfilled; most chunks need none, and
 * a promise for each would cost more than the chunk.
 *
 * - Emits: after each chunk that was consumed.
 * - Completes: at the end of the stream.
 * - Errors: as the stream and `consume` do.
 * - Unsubscribing: cancels the stream.
 */
export const readChunks = (
  stream: ReadableStream<Uint8Array>,
  consume: (chunk: Uint8Array) => void | Promise<void>,
): Observable<void> =>
  new Observable((subscriber) => {
    const reader = stream.getReader();
    const readAll = async (): Promise<void> => {
      for (let next = await reader.read(); !next.done && !subscriber.closed; next = await reader.read()) {
        const consumed = consume(next.value);
        if (consumed !== undefined) await consumed;
        subscriber.next();
      }
    };
    readAll().then(
      () => subscriber.complete(),
      (thrown: unknown) => subscriber.error(thrown),
    );
    return () => {
      // Cancelling a stream that has errored rejects.
      reader.cancel().catch(() => undefined);
    };
  });
