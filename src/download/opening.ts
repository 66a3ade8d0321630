/** What the server tells of an item before its files are prepared. */

import { catchError, forkJoin, map, of, type Observable } from 'rxjs';
import { listDownloadFiles } from '../endpoints/download-file.ts';
import { listItemFiles } from '../endpoints/item-file.ts';
import type { Opened } from './events.ts';
import { leaseOf, type LeaseState } from './lease-state.ts';
import type { ItemFileInfo } from '../model/item-file.ts';
import { wire, type VCenter } from '../connection/vcenter.ts';

/** Which item: its identifier, with its name where that is known and should stand in the events. */
export type ItemRef = string | { readonly id: string; readonly name?: string };

/** What is known when a download session has just been opened. */
export interface Opening {
  readonly opened: Opened;
  readonly lease: LeaseState;
  /** The files as the library itself states them, by name. */
  readonly stored: ReadonlyMap<string, ItemFileInfo>;
}

/**
 * - Emits: once, what stands in `opened`, the lease, and what the library itself states of the files.
 * - Completes: after it. - Errors: as requests do. - Unsubscribing: aborts them.
 */
export const opening = (vc: VCenter, item: Exclude<ItemRef, string>, sessionId: string): Observable<Opening> =>
  forkJoin({
    access: vc[wire].access$,
    lease: leaseOf(vc, sessionId),
    files: listDownloadFiles(vc, sessionId),
    // A help, not a need: since 9.0 one file with an odd name makes this fail for all of them.
    stored: listItemFiles(vc, item.id).pipe(catchError(() => of([]))),
  }).pipe(
    map(({ access, lease, files, stored }) => ({
      opened: {
        type: 'opened',
        itemId: item.id,
        ...(item.name === undefined ? {} : { itemName: item.name }),
        dialect: access.dialect,
        strategy: 'session',
        downloadSessionId: sessionId,
        contentVersion: lease.contentVersion ?? '',
        files: files.map(({ name, size }) => ({ name, ...(size === undefined ? {} : { size }) })),
      },
      lease,
      stored: new Map(stored.map((file) => [file.name, file])),
    })),
  );
