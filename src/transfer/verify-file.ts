/** Verifies a file after its last byte, with what the library states in advance or, if that is not enough, with what vCenter states now. */

import { concat, concatMap, defer, EMPTY, ignoreElements, last, map, of, tap, type Observable } from 'rxjs';
import { cancelBody } from '../http/read-text.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import type { ChecksumInfo } from '../model/transfer.ts';
import { hashBytes } from './hash-bytes.ts';
import { openBody, type FetchContext } from './open-body.ts';
import type { Proof, SinkFile } from './sink.ts';
import { transfer } from './transfer.ts';
import { assertLength, canVerify, closeHashes, matchesChecksum, normalizeChecksum, verify } from './verification.ts';

/**
 * Verifies a file that was transferred to its last byte.
 *
 * - Emits: once, how the file was verified.
 * - Completes: after it.
 * - Errors: `TruncatedError` or `ChecksumError` if the file is not complete or not correct, and as requests do.
 * - Unsubscribing: aborts the requests.
 */
export const verifyFile = (
  context: FetchContext,
  readFinalInfo: (needsChecksum: boolean) => Observable<DownloadFileInfo | undefined>,
): Observable<Proof> =>
  defer(() => {
    const { state, info, expectedChecksum } = context;
    // An earlier run may have compared all bytes with a checksum that vCenter states only after their transfer.
    const statedInAdvance = expectedChecksum ?? state.keptChecksum;
    // A length of 0 in the response itself shows nothing: an empty response may be a failure.
    const statedLengths = (finalInfo?: DownloadFileInfo): readonly (number | undefined)[] => [
      state.contentLength === 0 ? undefined : state.contentLength,
      info.size,
      finalInfo?.size,
    ];
    const statedChecksums = (finalInfo?: DownloadFileInfo) => [finalInfo?.checksum_info, statedInAdvance];
    const verifyWith = (finalInfo?: DownloadFileInfo): Proof =>
      verify({
        file: info.name,
        received: state.received,
        lengths: statedLengths(finalInfo),
        checksums: statedChecksums(finalInfo),
        digests: () => (state.digests ??= closeHashes(state.hashes)),
      });
    const isLengthUnknown = (finalInfo?: DownloadFileInfo): boolean =>
      statedLengths(finalInfo).every((length) => length === undefined);

    // Length and checksum match what was stated in advance: no further request is needed.
    if (canVerify(state.hashes, statedInAdvance) && (state.received === 0 || !isLengthUnknown())) {
      state.digests = closeHashes(state.hashes);
      if (matchesChecksum(state.digests, statedInAdvance)) return of(verifyWith());
    }
    return readFinalInfo(state.hashes.size > 0 && statedInAdvance === undefined).pipe(
      concatMap((finalInfo) =>
        concat(
          isLengthUnknown(finalInfo) ? assertEndOfFile(context) : [],
          defer(() => {
            assertLength(info.name, state.received, statedLengths(finalInfo));
            return hashReadBack(context, statedChecksums(finalInfo));
          }),
          defer(() => of(verifyWith(finalInfo))),
        ),
      ),
    );
  });

/**
 * Computes a stated checksum whose algorithm was not computed during the transfer, by reading the bytes back from the sink. Not needed if
 * another stated checksum was computed; not possible if the sink has no `readBack`.
 *
 * - Emits: nothing.
 * - Completes: when the digest is in the state, or at once.
 * - Errors: as the sink does.
 * - Unsubscribing: ends the reading.
 */
const hashReadBack = ({ state, sink }: FetchContext, checksums: readonly (ChecksumInfo | undefined)[]): Observable<never> =>
  defer(() => {
    const { name, target, hashes } = state;
    if (target.readBack === undefined || checksums.some((checksum) => canVerify(hashes, checksum))) return EMPTY;
    for (const checksum of checksums) {
      const algorithm = checksum && normalizeChecksum(checksum)?.algorithm;
      const hash = algorithm && sink.createHash?.(algorithm);
      if (algorithm === undefined || hash === undefined) continue;
      return hashBytes(target.readBack.bind(target), [hash], target.path ?? name).pipe(
        tap({
          complete: () => {
            state.digests = new Map([...(state.digests ?? closeHashes(hashes)), [algorithm, hash.digest()]]);
          },
        }),
      );
    }
    return EMPTY;
  });

/**
 * Requests the bytes after the last one. Without a stated length, the end of a body may be a connection that was closed early. A server
 * without byte ranges sends the complete file again, whose bytes are then counted.
 *
 * - Emits: nothing.
 * - Completes: if there are no more bytes.
 * - Errors: `TruncatedError` if there are more, and as a transfer and requests do.
 * - Unsubscribing: aborts the request, or cancels the body.
 */
const assertEndOfFile = (context: FetchContext): Observable<never> =>
  // A decoded body has no offsets on the server: the complete file is requested.
  openBody(context, context.state.isDecoded ? { from: 0 } : undefined).pipe(
    concatMap(({ range: { bytes, total }, stream }) => {
      context.state.contentLength = total;
      if (bytes === 'file' && total === undefined) return countBytes(context, stream);
      cancelBody(stream);
      return of(total ?? context.state.received + (bytes === 'range' ? 1 : 0));
    }),
    map((expected) => assertLength(context.info.name, context.state.received, [expected])),
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
    stallTimeout,
  }).pipe(
    last(),
    map(({ received }) => received),
  );

/** Discards its bytes. */
const nullSinkFile: SinkFile = {
  write: (bytes, freeBuffer) => freeBuffer?.(bytes),
  commit: async () => undefined,
  discard: async () => undefined,
};
