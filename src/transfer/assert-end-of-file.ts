/** What is behind the last byte that came, where nothing said that it was the last one. */

import { concatMap, ignoreElements, last, map, of, type Observable } from 'rxjs';
import { cancelBody } from '../http/read-text.ts';
import { openBody, type FetchContext } from './open-body.ts';
import { assertLength } from './verification.ts';
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
export const assertNoMoreBytes = (options: FetchContext): Observable<never> =>
  openBody(options).pipe(
    concatMap(({ range: { bytes, total }, stream }) => {
      options.state.contentLength = total;
      if (bytes === 'file' && total === undefined) return countBytes(options, stream);
      cancelBody(stream);
      return of(total ?? options.state.received + (bytes === 'range' ? 1 : 0));
    }),
    map((expected) => assertLength(options.info.name, options.state.received, [expected])),
    ignoreElements(),
  );

const countBytes = ({ info: { name }, stallTimeout }: FetchContext, stream: ReadableStream<Uint8Array>): Observable<number> =>
  transfer({
    file: name,
    stream,
    target: nullSinkFile,
    hashes: [],
    from: 0,
    lengths: [],
    onBytes: () => undefined,
    stallTimeout: stallTimeout,
  }).pipe(
    last(),
    map(({ received }) => received),
  );

/** Takes bytes, and has no use for them. */
const nullSinkFile: SinkFile = {
  write: (bytes, release) => release?.(bytes),
  commit: async () => undefined,
  discard: async () => undefined,
};
