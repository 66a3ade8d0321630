/** The bytes of a prepared file that a sink does not have yet: asked for, placed, and moved. */

import { catchError, concat, concatMap, defer, EMPTY, ignoreElements, map, of, throwError, type Observable } from 'rxjs';
import { dismiss } from '../connection/answer-text.ts';
import { startOver, type Arrival } from './arrival.ts';
import { DecodeError, TransportError, TruncatedError, UnsupportedEndpointError } from '../errors.ts';
import { goneError, isGone } from '../watching/lease-end.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import type { ChecksumInfo, TransferEndpoint } from '../model/transfer.ts';
import type { Sink } from './sink.ts';
import { operationOf, transfer, type Transferred } from './transfer.ts';
import type { Body } from '../connection/vapi.ts';
import { wire, type VCenter } from '../connection/vcenter.ts';

/** Whose bytes, and where they go. */
export interface BytesBehind {
  readonly vc: VCenter;
  readonly sessionId: string;
  readonly info: DownloadFileInfo;
  readonly arrival: Arrival;
  readonly sink: Sink;
  readonly stated: ChecksumInfo | undefined;
  /** Milliseconds without a byte after which to give up. */
  readonly stall: number;
}

/**
 * - Emits: how far it is. - Completes: when the sink has as many bytes as were announced.
 * - Errors: `LeaseError` where the address is gone, `DecodeError`, `UnsupportedEndpointError`, and as a transfer and requests do.
 * - Unsubscribing: aborts the request, or cancels the body.
 */
export const bytesBehind = (options: BytesBehind): Observable<Transferred> =>
  defer(() => {
    const { info, arrival } = options;
    if (info.size === arrival.received) return of({ received: arrival.received, total: info.size });
    return open(options).pipe(concatMap((body) => placed(options, body)));
  });

/**
 * Looks behind the last byte that came: where no length was stated, an end may be a connection that broke in good order.
 *
 * - Emits: nothing. - Completes: if the server does not say that there is more.
 * - Errors: `TruncatedError` if there is more, and as requests do. - Unsubscribing: aborts the request.
 */
export const unlessMore = (options: BytesBehind): Observable<never> =>
  open(options).pipe(
    map(({ placement: { bytes, total }, stream }) => {
      dismiss(stream);
      const { name, received } = options.arrival;
      const expected = total ?? (bytes === 'rest' ? received + 1 : undefined);
      if (expected !== undefined && expected !== received) throw new TruncatedError({ file: name, expected, received });
      options.arrival.announced = total;
    }),
    ignoreElements(),
  );

const open = ({ vc, sessionId, info, arrival: { received, validator }, stall }: BytesBehind): Observable<Body> =>
  vc[wire]
    .open(endpointOf(info), operationOf(info.name), stall, {
      from: received,
      ...(validator === undefined ? {} : { validator }),
    })
    .pipe(
      // The address of a file dies with its download session, and answers 404 from then on.
      catchError((thrown: unknown) => throwError(() => (isGone(thrown) ? goneError(sessionId, thrown) : thrown))),
    );

const endpointOf = ({ name, download_endpoint }: DownloadFileInfo): TransferEndpoint => {
  if (download_endpoint === undefined || !URL.canParse(download_endpoint.uri))
    throw new DecodeError({
      operation: operationOf(name),
      issues: [{ path: 'download_endpoint.uri', expected: 'an address, as the file is PREPARED', found: 'none' }],
    });
  const { protocol } = new URL(download_endpoint.uri);
  if (protocol !== 'https:' && protocol !== 'http:') throw new UnsupportedEndpointError({ file: name, scheme: protocol });
  return download_endpoint;
};

const placed = (options: BytesBehind, body: Body): Observable<Transferred> => {
  const { info, arrival, sink, stated, stall } = options;
  const { placement } = body;
  if (placement.bytes === 'rest' || (placement.bytes === 'whole' && arrival.received === 0)) {
    arrival.validator = body.validator ?? arrival.validator;
    arrival.announced = placement.total;
    return defer(() =>
      transfer({
        file: info.name,
        stream: body.stream,
        target: arrival.target,
        hashes: [...arrival.hashes.values()],
        from: arrival.received,
        lengths: [placement.total, info.size],
        onBytes: (received) => {
          arrival.received = received;
        },
        stall,
      }),
    );
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
    concatMap(() => open(options)),
    concatMap((whole) => placed(options, whole)),
  );
};

const misplaced = (name: string): TransportError =>
  new TransportError({ operation: operationOf(name), reason: 'the server sent other bytes of the file than it was asked for' });
