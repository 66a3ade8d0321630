/** Fetches the bytes that the sink is still missing. */

import { catchError, concat, concatMap, defer, EMPTY, map, of, tap, throwError, type Observable } from 'rxjs';
import { TransportError } from '../errors/index.ts';
import { isSameContent } from '../http/byte-range.ts';
import type { FileBody } from '../http/fetch-body.ts';
import { cancelBody } from '../http/read-text.ts';
import { isBusy } from '../http/retry.ts';
import { openBody, type FetchContext } from './open-body.ts';
import { fetchRangesInOrder } from './ranges/parallel-ranges.ts';
import { takeUntilParallel, type RangeState } from './ranges/range-plan.ts';
import { restartTransfer } from './transfer-state.ts';
import { transfer, transferLabel, type TransferProgress } from './transfer.ts';
import { canVerify } from './verification.ts';

/**
 * Requests the missing bytes of a file and transfers them into the sink.
 *
 * - Emits: the progress.
 * - Completes: when the sink has as many bytes as were stated.
 * - Errors: `DecodeError`, `UnsupportedEndpointError`, and as a transfer and requests do.
 * - Unsubscribing: aborts the request, or cancels the body.
 */
export const fetchRemaining = (context: FetchContext): Observable<TransferProgress> =>
  defer(() => {
    const { info, state, expectedChecksum } = context;
    // An empty file is requested, too: vCenter states a checksum after a file was downloaded.
    const needsRequest = state.received === 0 && !canVerify(state.hashes, expectedChecksum);
    if (info.size === state.received && !needsRequest) return of({ received: state.received, total: info.size });
    const body$ = defer(() => openBody(context));
    const restarted$ = state.isDecoded ? restart(context).pipe(concatMap(() => body$)) : body$;
    return restarted$.pipe(concatMap((body) => consumeBody(context, body)));
  });

const restart = (context: FetchContext): Observable<void> => restartTransfer(context.state, () => wrongRangeError(context));

/** Transfers the body if it continues the bytes in the sink; otherwise restarts the file. */
const consumeBody = (context: FetchContext, body: FileBody): Observable<TransferProgress> => {
  const { state } = context;
  const { range, validators } = body;
  const isContinued = range.bytes === 'range' && (state.contentLength ?? range.total) === range.total;
  if (isContinued || (range.bytes === 'file' && state.received === 0)) {
    state.isUnconfirmed ||= isContinued && !isSameContent(state.validators, validators);
    state.validators = { ...state.validators, ...validators };
    state.contentLength = range.total;
    state.isDecoded = body.isDecoded;
    return transferBody(context, body);
  }
  const restart$ = restart(context).pipe(
    catchError((thrown: unknown) => {
      cancelBody(body.stream);
      return throwError(() => thrown);
    }),
  );
  if (range.bytes === 'file')
    return concat(
      restart$.pipe(concatMap(() => EMPTY)),
      defer(() => consumeBody(context, body)),
    );
  cancelBody(body.stream);
  // The complete file was requested and other bytes were sent: another request would not help.
  if (state.received === 0) return throwError(() => wrongRangeError(context));
  return restart$.pipe(
    concatMap(() => openBody(context)),
    concatMap((completeBody) => consumeBody(context, completeBody)),
  );
};

const transferBody = (
  context: FetchContext,
  { stream, range: { total }, supportsRanges }: FileBody,
): Observable<TransferProgress> => {
  const { info, state, ranges } = context;
  const singleConnection$ = defer(() => transfer({ ...transferOptions(context), stream, lengths: [total, info.size] }));
  if (ranges === undefined || !supportsRanges || total === undefined || (info.size ?? total) !== total) return singleConnection$;
  // Only a checksum detects a wrong offset, and a server that never sends the complete file in one response may never state one.
  if (!canVerify(state.hashes, context.expectedChecksum)) return singleConnection$;
  return defer(() => {
    // A file that was restarted is not fetched in ranges again.
    if (state.received < ranges.received) ranges.from = Infinity;
    ranges.received = state.received;
    const rest$ = defer(() => (state.received < total ? transferInRanges(context, ranges, total) : EMPTY));
    return concat(singleConnection$.pipe(takeUntilParallel(ranges, total)), rest$);
  });
};

const transferInRanges = (context: FetchContext, ranges: RangeState, total: number): Observable<TransferProgress> => {
  const { state } = context;
  const { stream, freeBuffer } = fetchRangesInOrder({
    ...ranges,
    from: state.received,
    total,
    open: (from, to) =>
      openBody(context, { from, to }).pipe(
        map((body) => {
          if (body.range.bytes === 'range' && (body.range.total ?? total) === total) return body.stream;
          cancelBody(body.stream);
          ranges.from = Infinity;
          throw wrongRangeError(context);
        }),
      ),
    onFailure: (thrown) => {
      if (isBusy(thrown)) ranges.onBusy();
    },
  });
  return concat(
    transfer({ ...transferOptions(context), stream, freeBuffer, lengths: [] }).pipe(
      map(({ received }) => ({ received, total })),
      tap({
        error: () => {
          ranges.from = Infinity;
        },
      }),
    ),
    defer(() => {
      if (state.received === total) return EMPTY;
      ranges.from = Math.max(ranges.from, state.received + ranges.plan.maxBuffered);
      return fetchRemaining(context);
    }),
  );
};

const transferOptions = ({ info, state, ranges, stallTimeout, meter, rateLimiter }: FetchContext) => ({
  file: info.name,
  target: state.target,
  host: state.host,
  hashes: [...state.hashes.values()],
  from: state.received,
  onBytes: (received: number) => {
    state.received = received;
    if (ranges !== undefined) ranges.received = received;
  },
  stallTimeout,
  meter,
  rateLimiter,
});

const wrongRangeError = ({ info, state: { host } }: FetchContext): TransportError =>
  new TransportError({
    operation: transferLabel(info.name),
    reason: `${host ?? 'the server'} sent other bytes of the file than were requested`,
    host,
  });
