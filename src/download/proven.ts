/** The proof of a file whose last byte has come: where what the library states does not suffice, vCenter is asked. */

import { concat, concatMap, defer, of, type Observable } from 'rxjs';
import type { DownloadFileInfo } from '../model/download-file.ts';
import type { BytesBehind } from '../transfer/prepared-body.ts';
import { digestsOf, isComparable, isEqual, prove } from '../transfer/proof.ts';
import type { Proof } from '../transfer/sink.ts';
import { unlessMore } from '../transfer/unless-more.ts';

/**
 * - Emits: once, what shows that the file is whole. - Completes: after it.
 * - Errors: `TruncatedError` or `ChecksumError` where it is not, and as requests do. - Unsubscribing: aborts them.
 */
export const proven = (
  asked: BytesBehind,
  closingFacts: (needsChecksum: boolean) => Observable<DownloadFileInfo | undefined>,
): Observable<Proof> =>
  defer(() => {
    const { arrival, info, stated } = asked;
    const proofBy = (after: DownloadFileInfo | undefined): Proof =>
      prove({
        file: info.name,
        received: arrival.received,
        lengths: [arrival.announced, info.size, after?.size],
        checksums: [after?.checksum_info, stated],
        digests: () => (arrival.digests ??= digestsOf(arrival.hashes)),
      });
    const isOpen = (after?: DownloadFileInfo): boolean =>
      arrival.received > 0 && [arrival.announced, info.size, after?.size].every((length) => length === undefined);

    // Of a length that was stated, and equal to what was stated: vCenter has nothing to add to that.
    if (isComparable(arrival.hashes, stated) && !isOpen()) {
      arrival.digests = digestsOf(arrival.hashes);
      if (isEqual(arrival.digests, stated)) return of(proofBy(undefined));
    }
    return closingFacts(arrival.hashes.size > 0 && stated === undefined).pipe(
      concatMap((after) =>
        concat(
          isOpen(after) ? unlessMore(asked) : [],
          defer(() => of(proofBy(after))),
        ),
      ),
    );
  });
