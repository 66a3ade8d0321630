/** The story of one file: room in the sink, its bytes, the proof, its name. */

import { concat, concatMap, defer, from, map, tap, throwError, catchError, type Observable } from 'rxjs';
import { bracket } from './bracket.ts';
import { getDownloadFile } from './endpoints/download-file.ts';
import { ApiError, DecodeError, LeaseError, UnsupportedEndpointError } from './errors.ts';
import type { Progress, Saved } from './events.ts';
import type { DownloadFileInfo } from './model/download-file.ts';
import type { ChecksumInfo } from './model/transfer.ts';
import { hashesFor, prove } from './proof.ts';
import type { Proof, Sink, SinkFile } from './sink.ts';
import { operationOf, sinkFailure, transfer } from './transfer.ts';
import type { Body } from './vapi.ts';
import { wire, type VCenter } from './vcenter.ts';

/** A file that is prepared, and where it goes. */
export interface FileDownload {
  readonly vc: VCenter;
  readonly sessionId: string;
  readonly info: DownloadFileInfo;
  readonly sink: Sink;
  /** What the library itself states of the stored file, if anything. */
  readonly stated: ChecksumInfo | undefined;
  /** Milliseconds without a byte after which to give up. */
  readonly stall: number;
}

/**
 * - Emits: `progress`, then `saved`.
 * - Completes: when the file stands under its name, proven.
 * - Errors: `TruncatedError`, `ChecksumError`, `LeaseError`, `SinkError`, `UnsafeNameError`, `UnsupportedEndpointError`, and as requests do.
 * - Unsubscribing: cancels the transfer and lets the sink discard what came.
 */
export const fileDownload = ({ vc, sessionId, info, sink, stated, stall }: FileDownload): Observable<Progress | Saved> => {
  const { name, size } = info;

  const fetchAndProve = (target: SinkFile): Observable<Progress | Saved> => {
    const hashes = hashesFor(sink, info.checksum_info ?? stated);
    let received = 0;
    let announced: number | undefined;
    const progress$ = transfer({
      file: name,
      open: bodyOf(vc, sessionId, info, stall),
      target,
      hashes: [...hashes.values()],
      size,
      stall,
    }).pipe(
      tap((state) => {
        received = state.received;
        announced = state.total;
      }),
      map(({ received, total }): Progress => ({
        type: 'progress',
        file: name,
        received,
        ...(total === undefined ? {} : { total }),
      })),
    );
    // Only now does vCenter state the checksum and, for certain, the size.
    const saved$ = defer(() => getDownloadFile(vc, sessionId, name)).pipe(
      map((after) =>
        prove({ file: name, received, lengths: [announced, after.size], checksums: [after.checksum_info, stated], hashes }),
      ),
      concatMap((proof) =>
        committed(name, target, proof).pipe(
          map((): Saved => ({
            type: 'saved',
            file: name,
            bytes: received,
            ...(target.path === undefined ? {} : { path: target.path }),
            ...proof,
          })),
        ),
      ),
    );
    return concat(progress$, saved$);
  };

  return bracket({
    acquire: defer(() => from(sink.open({ name, ...(size === undefined ? {} : { size }) }))).pipe(
      catchError((thrown: unknown) => throwError(() => sinkFailure(name, thrown))),
    ),
    use: fetchAndProve,
    release: (target, ending) => (ending === 'complete' ? from([]) : defer(() => from(target.discard()))),
    hold: () => vc[wire].hold(),
  });
};

const committed = (name: string, target: SinkFile, proof: Proof): Observable<void> =>
  defer(() => from(target.commit(proof))).pipe(
    catchError((thrown: unknown) => throwError(() => sinkFailure(target.path ?? name, thrown))),
  );

const bodyOf = (
  vc: VCenter,
  sessionId: string,
  { name, download_endpoint }: DownloadFileInfo,
  patience: number,
): Observable<Body> =>
  defer(() => {
    const operation = operationOf(name);
    if (download_endpoint === undefined || !URL.canParse(download_endpoint.uri))
      throw new DecodeError({
        operation,
        issues: [{ path: 'download_endpoint.uri', expected: 'an address, as the file is PREPARED', found: 'none' }],
      });
    const { protocol } = new URL(download_endpoint.uri);
    if (protocol !== 'https:' && protocol !== 'http:') throw new UnsupportedEndpointError({ file: name, scheme: protocol });
    return vc[wire]
      .open(download_endpoint.uri, operation, patience)
      .pipe(catchError((thrown: unknown) => throwError(() => lostLease(sessionId, thrown))));
  });

/** The address of a file dies with its download session, and answers 404 from then on. */
const lostLease = (downloadSessionId: string, thrown: unknown): unknown =>
  thrown instanceof ApiError && thrown.error_type === 'NOT_FOUND'
    ? new LeaseError({ downloadSessionId, reason: 'the address of a file is gone (404)' }, { cause: thrown })
    : thrown;
