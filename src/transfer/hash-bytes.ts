/** Hashes bytes that a sink already has. */

import { Observable } from 'rxjs';
import type { SinkFile, SinkHash } from './sink.ts';
import { toSinkError } from './transfer.ts';

/**
 * Hashes the bytes that a sink reads.
 *
 * - Emits: nothing.
 * - Completes: when they are hashed.
 * - Errors: as the sink does.
 * - Unsubscribing: ends the reading.
 */
export const hashBytes = (read: NonNullable<SinkFile['replay']>, hashes: readonly SinkHash[], path: string): Observable<never> =>
  new Observable<never>((subscriber) => {
    const hashChunk = (chunk: Uint8Array): void => {
      if (subscriber.closed) throw new Error('the reading was unsubscribed from');
      for (const hash of hashes) hash.update(chunk);
    };
    read(hashChunk).then(
      () => subscriber.complete(),
      (thrown: unknown) => subscriber.error(toSinkError(path, thrown)),
    );
  });
