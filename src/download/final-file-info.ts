/** Reads the size and checksum that vCenter states about a file after its last byte was fetched. */

import { concatMap, defer, map, of, timer, type Observable } from 'rxjs';
import type { VCenter } from '../connection/vcenter.ts';
import { listDownloadFiles } from '../endpoints/download-file.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { shareNextRequest } from '../operators/share-next-request.ts';
import { errorOnSessionEnd } from '../session/error-on-session-end.ts';

/** Milliseconds before each further request for a checksum that is still missing. */
const CHECKSUM_RETRY_DELAYS: readonly number[] = [300, 1200];

/**
 * Creates a function that reads one file. Files that end at the same time share one request.
 *
 * A checksum may be late, because vCenter computes it when the transfer has ended. After one file has waited through all delays, the
 * server is assumed to state no checksums, and no other file waits.
 *
 * - Emits: once; `undefined` if the session does not list the file.
 * - Completes: after it.
 * - Errors: `LeaseError`, and as requests do.
 * - Unsubscribing: aborts the request or the delay.
 */
export const readFinalInfo = (
  vc: VCenter,
  sessionId: string,
): ((name: string, needsChecksum: boolean) => Observable<DownloadFileInfo | undefined>) => {
  const list$ = shareNextRequest(listDownloadFiles(vc, sessionId).pipe(errorOnSessionEnd(vc, sessionId)()));
  let serverHasNoChecksums = false;
  return (name, needsChecksum) => {
    const read = ([delay, ...laterDelays]: readonly number[]): Observable<DownloadFileInfo | undefined> =>
      list$.pipe(
        map((infos) => infos.find((info) => info.name === name)),
        concatMap((info) => {
          if (info === undefined || info.checksum_info !== undefined || !needsChecksum || serverHasNoChecksums) return of(info);
          if (delay !== undefined) return timer(delay).pipe(concatMap(() => read(laterDelays)));
          serverHasNoChecksums = true;
          return of(info);
        }),
      );
    return defer(() => read(CHECKSUM_RETRY_DELAYS));
  };
};
