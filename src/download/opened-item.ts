/** What the server tells of an item before its files are prepared. */

import { catchError, concatMap, forkJoin, map, of, throwError, type Observable } from 'rxjs';
import { listDownloadFiles } from '../endpoints/download-file.ts';
import { listItemFiles } from '../endpoints/item-file.ts';
import { AuthenticationError } from '../errors/index.ts';
import type { DownloadOpened } from './events.ts';
import { readLease, type LeaseState } from '../session/lease.ts';
import type { ItemFileInfo } from '../model/item-file.ts';
import type { DownloadOptions } from './options.ts';
import { internals, type VCenter } from '../connection/vcenter.ts';
import { errorOnSessionEnd } from '../session/session-end.ts';

/** Which item: its identifier, with its name where that is known and should stand in the events. */
export type ItemRef = string | { readonly id: string; readonly name?: string };

/** An item by its identifier. */
export type Item = Exclude<ItemRef, string>;

/** The files as the library itself states them, by name. */
export type StoredFiles = ReadonlyMap<string, ItemFileInfo>;

/** Makes do without an answer; but whoever goes on with a password that was refused may lock the account. */
export const recoverExceptAuthError =
  <A>(instead: A) =>
  (thrown: unknown): Observable<A> =>
    thrown instanceof AuthenticationError ? throwError(() => thrown) : of(instead);

/** What is known when the files of an item can be had. */
export interface ItemSnapshot {
  readonly opened: DownloadOpened;
  readonly lease: LeaseState;
}

/** An item whose files can be had, and which of them are downloaded. */
export interface OpenedItem extends ItemSnapshot {
  readonly stored: StoredFiles;
  readonly names: readonly string[];
}

/** The names that are wanted of those that an item has; who names files may name others. */
export const selectNames = (listed: readonly string[], files: DownloadOptions['files']): readonly string[] =>
  typeof files === 'object' ? files : listed.filter(files ?? (() => true));

/** Chooses the files to download. */
export const selectFiles = (
  { opened, lease }: ItemSnapshot,
  stored: StoredFiles,
  files: DownloadOptions['files'],
): OpenedItem => {
  const listed = new Map(opened.files.map((file) => [file.name, file]));
  const names = selectNames([...listed.keys()], files);
  return { opened: { ...opened, files: names.map((name) => listed.get(name) ?? { name }) }, lease, stored, names };
};

/**
 * - Emits: once, what the library states of an item's files. A help, not a need: nothing, where it does not (since 9.0 one file with an odd
 *   name makes it fail for all of them).
 * - Completes: after it. - Errors: as a login does. - Unsubscribing: aborts the request.
 */
export const readStoredFiles = (vc: VCenter, itemId: string): Observable<StoredFiles> =>
  vc[internals].apiSession$.pipe(
    concatMap(() => listItemFiles(vc, itemId).pipe(catchError(recoverExceptAuthError([])))),
    map((stored) => new Map(stored.map((file) => [file.name, file]))),
  );

/** The event of an item whose files can be had, in whichever way. */
export const openedEvent = ({ id, name }: Item, facts: Omit<DownloadOpened, 'type' | 'itemId' | 'itemName'>): DownloadOpened => ({
  type: 'opened',
  itemId: id,
  ...(name === undefined ? {} : { itemName: name }),
  ...facts,
});

/**
 * - Emits: once, what stands in `opened`, and the lease.
 * - Completes: after it. - Errors: as requests do. - Unsubscribing: aborts them.
 */
export const readSession = (vc: VCenter, item: Item, sessionId: string): Observable<ItemSnapshot> =>
  forkJoin({
    access: vc[internals].apiSession$,
    lease: readLease(vc, sessionId),
    files: listDownloadFiles(vc, sessionId).pipe(errorOnSessionEnd(vc, sessionId)()),
  }).pipe(
    map(({ access, lease, files }) => ({
      opened: openedEvent(item, {
        dialect: access.dialect,
        strategy: 'session',
        downloadSessionId: sessionId,
        contentVersion: lease.contentVersion ?? '',
        files: files.map(({ name, size }) => ({ name, ...(size === undefined ? {} : { size }) })),
      }),
      lease,
    })),
  );
