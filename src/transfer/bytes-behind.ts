/** The bytes of a prepared file that a sink does not have yet: asked for, placed, and moved. */

import { catchError, concat, concatMap, defer, EMPTY, map, of, tap, throwError, type Observable } from 'rxjs';
import { dismiss } from '../connection/answer-text.ts';
import { startOver } from './arrival.ts';
import { inParts } from './in-parts.ts';
import { TransportError } from '../errors.ts';
import { untilInParts, type Parts } from './parts.ts';
import { openBody, type BytesBehind } from './prepared-body.ts';
import { isComparable } from './proof.ts';
import { isBusy } from '../connection/retrying.ts';
import { operationOf, transfer, type Transferred } from './transfer.ts';
import type { Body } from '../connection/vapi.ts';

/**
 * - Emits: how far it is. - Completes: when the sink has as many bytes as were announced.
 * - Errors: `DecodeError`, `UnsupportedEndpointError`, and as a transfer and requests do.
 * - Unsubscribing: aborts the request, or cancels the body.
 */
export const bytesBehind = (options: BytesBehind): Observable<Transferred> =>
  defer(() => {
    const { info, arrival } = options;
    if (info.size === arrival.received) return of({ received: arrival.received, total: info.size });
    return openBody(options).pipe(concatMap((body) => placed(options, body)));
  });

const placed = (options: BytesBehind, body: Body): Observable<Transferred> => {
  const { info, arrival, sink, stated } = options;
  const { placement } = body;
  if (placement.bytes === 'rest' || (placement.bytes === 'whole' && arrival.received === 0)) {
    arrival.validator = body.validator ?? arrival.validator;
    arrival.announced = placement.total;
    return moved(options, body);
  }
  const anew$ = startOver(arrival, sink, stated, () => misplaced(info.name)).pipe(
    catchError((thrown: unknown) => {
      dismiss(body.stream);
      return throwError(() => thrown);
    }),
  );
  if (placement.bytes === 'whole')
    return concat(
      anew$.pipe(concatMap(() => EMPTY)),
      defer(() => placed(options, body)),
    );
  dismiss(body.stream);
  // Asked for from its first byte, a file that comes otherwise cannot be had from this server.
  if (arrival.received === 0) return throwError(() => misplaced(info.name));
  return anew$.pipe(
    concatMap(() => openBody(options)),
    concatMap((whole) => placed(options, whole)),
  );
};

const moved = (options: BytesBehind, { stream, placement: { total }, hasRanges }: Body): Observable<Transferred> => {
  const { info, arrival, parts } = options;
  const alone$ = defer(() => transfer({ ...movable(options), stream, lengths: [total, info.size] }));
  if (parts === undefined || !hasRanges || total === undefined || (info.size ?? total) !== total) return alone$;
  // A joint that is wrong must be found out; and a server that sees no reading of the whole file may never state its checksum.
  if (!isComparable(arrival.hashes, options.stated)) return alone$;
  return defer(() => {
    // A file that had to start over is fetched as plainly as can be.
    if (arrival.received < parts.received) parts.from = Infinity;
    parts.received = arrival.received;
    const rest$ = defer(() => (arrival.received < total ? movedInParts(options, parts, total) : EMPTY));
    return concat(alone$.pipe(untilInParts(parts, total)), rest$);
  });
};

const movedInParts = (options: BytesBehind, parts: Parts, total: number): Observable<Transferred> => {
  const { info, arrival } = options;
  const stream = inParts({
    ...parts,
    from: arrival.received,
    total,
    open: (from, to) =>
      openBody(options, { from, to }).pipe(
        map(({ placement, stream }) => {
          if (placement.bytes === 'rest' && (placement.total ?? total) === total) return stream;
          dismiss(stream);
          parts.from = Infinity;
          throw misplaced(info.name);
        }),
      ),
    onFailure: (thrown) => {
      if (isBusy(thrown)) parts.onBusy();
    },
  });
  return concat(
    transfer({ ...movable(options), stream, lengths: [] }).pipe(
      map(({ received }) => ({ received, total })),
      tap({
        error: () => {
          parts.from = Infinity;
        },
      }),
    ),
    defer(() => {
      if (arrival.received === total) return EMPTY;
      parts.from = Math.max(parts.from, arrival.received + parts.plan.held);
      return bytesBehind(options);
    }),
  );
};

const movable = ({ info, arrival, parts, stall }: BytesBehind) => ({
  file: info.name,
  target: arrival.target,
  hashes: [...arrival.hashes.values()],
  from: arrival.received,
  onBytes: (received: number) => {
    arrival.received = received;
    if (parts !== undefined) parts.received = received;
  },
  stall,
});

const misplaced = (name: string): TransportError =>
  new TransportError({ operation: operationOf(name), reason: 'the server sent other bytes of the file than it was asked for' });
