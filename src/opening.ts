/** What the server tells of an item before its files are prepared. */

import { catchError, forkJoin, map, of, type Observable } from 'rxjs';
import { listDownloadFiles } from './endpoints/download-file.ts';
import { getDownloadSession } from './endpoints/download-session.ts';
import { listItemFiles } from './endpoints/item-file.ts';
import type { Opened } from './events.ts';
import type { ChecksumInfo } from './model/transfer.ts';
import { wire, type VCenter } from './vcenter.ts';

/** Which item: its identifier, with its name where that is known and should stand in the events. */
export type ItemRef = string | { readonly id: string; readonly name?: string };

/**
 * - Emits: once, what stands in `opened`, and the checksums that the library itself states.
 * - Completes: after it. - Errors: as requests do. - Unsubscribing: aborts them.
 */
export const opening = (
  vc: VCenter,
  item: Exclude<ItemRef, string>,
  sessionId: string,
): Observable<{ opened: Opened; stated: ReadonlyMap<string, ChecksumInfo> }> =>
  forkJoin({
    access: vc[wire].access$,
    session: getDownloadSession(vc, sessionId),
    files: listDownloadFiles(vc, sessionId),
    // A help, not a need: since 9.0 one file with an odd name makes this fail for all of them.
    stored: listItemFiles(vc, item.id).pipe(catchError(() => of([]))),
  }).pipe(
    map(({ access, session, files, stored }) => ({
      opened: {
        type: 'opened',
        itemId: item.id,
        ...(item.name === undefined ? {} : { itemName: item.name }),
        dialect: access.dialect,
        strategy: 'session',
        downloadSessionId: sessionId,
        contentVersion: session.library_item_content_version ?? '',
        files: files.map(({ name, size }) => ({ name, ...(size === undefined ? {} : { size }) })),
      },
      stated: new Map(stored.flatMap(({ name, checksum_info }) => (checksum_info === undefined ? [] : [[name, checksum_info]]))),
    })),
  );
