/** What is behind the last byte that came, where nothing said that it was the last one. */

import { concatMap, ignoreElements, last, map, of, type Observable } from 'rxjs';
import { dismiss } from '../connection/answer-text.ts';
import { openBody, type BytesBehind } from './prepared-body.ts';
import { refuseOtherLength } from './proof.ts';
import type { SinkFile } from './sink.ts';
import { transfer } from './transfer.ts';

/**
 * Looks behind the last byte that came: where no length was stated, an end may be a connection that broke in good order. A server that can
 * only send all of it does so once more, and its bytes are counted.
 *
 * - Emits: nothing. - Completes: if there is no more than what came.
 * - Errors: `TruncatedError` if it was not all of it, and as a transfer and requests do.
 * - Unsubscribing: aborts the request, or cancels the body.
 */
export const unlessMore = (options: BytesBehind): Observable<never> =>
  openBody(options).pipe(
    concatMap(({ placement: { bytes, total }, stream }) => {
      options.arrival.announced = total;
      if (bytes === 'whole' && total === undefined) return counted(options, stream);
      dismiss(stream);
      return of(total ?? options.arrival.received + (bytes === 'rest' ? 1 : 0));
    }),
    map((expected) => refuseOtherLength(options.info.name, options.arrival.received, [expected])),
    ignoreElements(),
  );

const counted = ({ info: { name }, stall }: BytesBehind, stream: ReadableStream<Uint8Array>): Observable<number> =>
  transfer({ file: name, stream, target: nowhere, hashes: [], from: 0, lengths: [], onBytes: () => undefined, stall }).pipe(
    last(),
    map(({ received }) => received),
  );

/** Takes bytes, and has no use for them. */
const nowhere: SinkFile = {
  write: (bytes, giveBack) => giveBack?.(bytes),
  commit: async () => undefined,
  discard: async () => undefined,
};
