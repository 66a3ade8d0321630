/** What vCenter states of a file once its last byte has gone. */

import { concatMap, defer, map, of, timer, type Observable } from 'rxjs';
import { listDownloadFiles } from '../endpoints/download-file.ts';
import { errorOnSessionEnd } from '../session/session-end.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { coalesce } from '../operators/coalesce.ts';
import type { VCenter } from '../connection/vcenter.ts';

/** Milliseconds of the pauses after which a checksum that is not there yet is asked for again. */
const CHECKSUM_RETRY_DELAYS: readonly number[] = [300, 1200];

/**
 * Makes a function that asks for one file; files that end at the same time are asked for together.
 *
 * A checksum may be late: vCenter computes it when the transfer is over. It is waited for, a moment, unless this server has shown before
 * that it has none.
 *
 * - Emits: once; `undefined` where the session has no such file. - Completes: after it.
 * - Errors: `LeaseError`, and as requests do. - Unsubscribing: aborts the request or the wait.
 */
export const readFinalInfo = (
  vc: VCenter,
  sessionId: string,
): ((name: string, needsChecksum: boolean) => Observable<DownloadFileInfo | undefined>) => {
  const list$ = coalesce(listDownloadFiles(vc, sessionId).pipe(errorOnSessionEnd(vc, sessionId)()));
  let serverHasNoChecksums = false;
  return (name, needsChecksum) => {
    const ask = (late: readonly number[]): Observable<DownloadFileInfo | undefined> =>
      list$.pipe(
        map((infos) => infos.find((info) => info.name === name)),
        concatMap((info) => {
          const [pause, ...later] = late;
          if (info === undefined || info.checksum_info !== undefined || !needsChecksum || serverHasNoChecksums) return of(info);
          if (pause !== undefined) return timer(pause).pipe(concatMap(() => ask(later)));
          serverHasNoChecksums = true;
          return of(info);
        }),
      );
    return defer(() => ask(CHECKSUM_RETRY_DELAYS));
  };
};
