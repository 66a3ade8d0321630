/** The proof of a file whose last byte has come: where what the library states does not suffice, vCenter is asked. */

import { concat, concatMap, defer, of, type Observable } from 'rxjs';
import type { DownloadFileInfo } from '../model/download-file.ts';
import type { FetchContext } from './open-body.ts';
import { digestsOf, canVerify, isEqual, verify } from './verification.ts';
import type { Proof } from './sink.ts';
import { assertNoMoreBytes } from './assert-end-of-file.ts';

/**
 * - Emits: once, what shows that the file is whole. - Completes: after it.
 * - Errors: `TruncatedError` or `ChecksumError` where it is not, and as requests do. - Unsubscribing: aborts them.
 */
export const verifyFile = (
  context: FetchContext,
  closingFacts: (needsChecksum: boolean) => Observable<DownloadFileInfo | undefined>,
): Observable<Proof> =>
  defer(() => {
    const { state, info, expectedChecksum } = context;
    const verifyWith = (after: DownloadFileInfo | undefined): Proof =>
      verify({
        file: info.name,
        received: state.received,
        lengths: [state.contentLength, info.size, after?.size],
        checksums: [after?.checksum_info, expectedChecksum],
        digests: () => (state.digests ??= digestsOf(state.hashes)),
      });
    const lengthUnknown = (after?: DownloadFileInfo): boolean =>
      state.received > 0 && [state.contentLength, info.size, after?.size].every((length) => length === undefined);

    // Of a length that was stated, and equal to what was stated: vCenter has nothing to add to that.
    if (canVerify(state.hashes, expectedChecksum) && !lengthUnknown()) {
      state.digests = digestsOf(state.hashes);
      if (isEqual(state.digests, expectedChecksum)) return of(verifyWith(undefined));
    }
    return closingFacts(state.hashes.size > 0 && expectedChecksum === undefined).pipe(
      concatMap((after) =>
        concat(
          lengthUnknown(after) ? assertNoMoreBytes(context) : [],
          defer(() => of(verifyWith(after))),
        ),
      ),
    );
  });
