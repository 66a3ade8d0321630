/** The bytes of a prepared file that a sink does not have yet: asked for, placed, and moved. */

import { catchError, concat, concatMap, defer, EMPTY, map, of, tap, throwError, type Observable } from 'rxjs';
import { cancelBody } from '../http/read-text.ts';
import { restartTransfer } from './transfer-state.ts';
import { fetchRangesInOrder } from './ranges/parallel-ranges.ts';
import { TransportError } from '../errors/index.ts';
import { takeUntilParallel, type RangeState } from './ranges/range-plan.ts';
import { openBody, type FetchContext } from './open-body.ts';
import { canVerify } from './verification.ts';
import { isBusy } from '../http/retry.ts';
import { transferLabel, transfer, type TransferProgress } from './transfer.ts';
import type { FileBody } from '../http/fetch-body.ts';

/**
 * - Emits: how far it is. - Completes: when the sink has as many bytes as were announced.
 * - Errors: `DecodeError`, `UnsupportedEndpointError`, and as a transfer and requests do.
 * - Unsubscribing: aborts the request, or cancels the body.
 */
export const fetchRemaining = (options: FetchContext): Observable<TransferProgress> =>
  defer(() => {
    const { info, state } = options;
    if (info.size === state.received) return of({ received: state.received, total: info.size });
    return openBody(options).pipe(concatMap((body) => consume(options, body)));
  });

const consume = (options: FetchContext, body: FileBody): Observable<TransferProgress> => {
  const { info, state, sink, expectedChecksum } = options;
  const { range } = body;
  if (range.bytes === 'range' || (range.bytes === 'file' && state.received === 0)) {
    state.validator = body.validator ?? state.validator;
    state.contentLength = range.total;
    return transferBody(options, body);
  }
  const restart$ = restartTransfer(state, sink, expectedChecksum, () => wrongRangeError(info.name)).pipe(
    catchError((thrown: unknown) => {
      cancelBody(body.stream);
      return throwError(() => thrown);
    }),
  );
  if (range.bytes === 'file')
    return concat(
      restart$.pipe(concatMap(() => EMPTY)),
      defer(() => consume(options, body)),
    );
  cancelBody(body.stream);
  // Asked for from its first byte, a file that comes otherwise cannot be had from this server.
  if (state.received === 0) return throwError(() => wrongRangeError(info.name));
  return restart$.pipe(
    concatMap(() => openBody(options)),
    concatMap((whole) => consume(options, whole)),
  );
};

const transferBody = (
  options: FetchContext,
  { stream, range: { total }, supportsRanges }: FileBody,
): Observable<TransferProgress> => {
  const { info, state, ranges } = options;
  const singleConnection$ = defer(() => transfer({ ...transferOptions(options), stream, lengths: [total, info.size] }));
  if (ranges === undefined || !supportsRanges || total === undefined || (info.size ?? total) !== total) return singleConnection$;
  // A joint that is wrong must be found out; and a server that sees no reading of the whole file may never state its checksum.
  if (!canVerify(state.hashes, options.expectedChecksum)) return singleConnection$;
  return defer(() => {
    // A file that had to start over is fetched as plainly as can be.
    if (state.received < ranges.received) ranges.from = Infinity;
    ranges.received = state.received;
    const rest$ = defer(() => (state.received < total ? transferInRanges(options, ranges, total) : EMPTY));
    return concat(singleConnection$.pipe(takeUntilParallel(ranges, total)), rest$);
  });
};

const transferInRanges = (options: FetchContext, parts: RangeState, total: number): Observable<TransferProgress> => {
  const { info, state } = options;
  const stream = fetchRangesInOrder({
    ...parts,
    from: state.received,
    total,
    open: (from, to) =>
      openBody(options, { from, to }).pipe(
        map(({ range, stream }) => {
          if (range.bytes === 'range' && (range.total ?? total) === total) return stream;
          cancelBody(stream);
          parts.from = Infinity;
          throw wrongRangeError(info.name);
        }),
      ),
    onFailure: (thrown) => {
      if (isBusy(thrown)) parts.onBusy();
    },
  });
  return concat(
    transfer({ ...transferOptions(options), stream, lengths: [] }).pipe(
      map(({ received }) => ({ received, total })),
      tap({
        error: () => {
          parts.from = Infinity;
        },
      }),
    ),
    defer(() => {
      if (state.received === total) return EMPTY;
      parts.from = Math.max(parts.from, state.received + parts.plan.maxBuffered);
      return fetchRemaining(options);
    }),
  );
};

const transferOptions = ({ info, state, ranges, stallTimeout }: FetchContext) => ({
  file: info.name,
  target: state.target,
  hashes: [...state.hashes.values()],
  from: state.received,
  onBytes: (received: number) => {
    state.received = received;
    if (ranges !== undefined) ranges.received = received;
  },
  stallTimeout,
});

const wrongRangeError = (name: string): TransportError =>
  new TransportError({ operation: transferLabel(name), reason: 'the server sent other bytes of the file than it was asked for' });
