/** What is read about an item before its files are prepared, and which of its files are selected. */

import { catchError, concatMap, forkJoin, map, of, throwError, type Observable } from 'rxjs';
import { internals, type VCenter } from '../connection/vcenter.ts';
import { listDownloadFiles } from '../endpoints/download-file.ts';
import { listItemFiles } from '../endpoints/item-file.ts';
import { AuthenticationError } from '../errors/index.ts';
import type { ItemFileInfo } from '../model/item-file.ts';
import { errorOnSessionEnd } from '../session/error-on-session-end.ts';
import { readLease, type LeaseState } from '../session/lease.ts';
import type { DownloadOpened } from './events.ts';
import type { DownloadOptions } from './options.ts';

/** An item: its identifier, optionally with its name, which is then part of the events. */
export type ItemRef = string | { readonly id: string; readonly name?: string };

/** An {@link ItemRef} in its object form. */
export type Item = Exclude<ItemRef, string>;

/** The files of an item as the library states them, by name. */
export type StoredFiles = ReadonlyMap<string, ItemFileInfo>;

/** An item whose files can be downloaded. */
export interface ItemSnapshot {
  /** The `opened` event of the item. */
  readonly event: DownloadOpened;
  readonly lease: LeaseState;
}

/** An item with the files selected for download. */
export interface DownloadableItem extends ItemSnapshot {
  readonly stored: StoredFiles;
  /** Names of the selected files. */
  readonly names: readonly string[];
}

/**
 * Reads what the library states about the files of an item. This is optional information: if the request fails, the map is empty. (Since
 * vSphere 9.0 one file with an unusual name makes it fail for all files.)
 *
 * - Emits: once.
 * - Completes: after it.
 * - Errors: as a login does.
 * - Unsubscribing: aborts the request.
 */
export const readStoredFiles = (vc: VCenter, itemId: string): Observable<StoredFiles> =>
  vc[internals].apiSession$.pipe(
    concatMap(() => listItemFiles(vc, itemId).pipe(catchError(recoverExceptAuthError([])))),
    map((files) => new Map(files.map((file) => [file.name, file]))),
  );

/** Replaces any error except `AuthenticationError`: repeating a refused password may lock the account. */
export const recoverExceptAuthError =
  <A>(fallback: A) =>
  (thrown: unknown): Observable<A> =>
    thrown instanceof AuthenticationError ? throwError(() => thrown) : of(fallback);

/**
 * Reads the files and the lease of a new download session.
 *
 * - Emits: once.
 * - Completes: after it.
 * - Errors: as requests do.
 * - Unsubscribing: aborts them.
 */
export const readSession = (vc: VCenter, item: Item, sessionId: string): Observable<ItemSnapshot> =>
  forkJoin({
    apiSession: vc[internals].apiSession$,
    lease: readLease(vc, sessionId),
    files: listDownloadFiles(vc, sessionId).pipe(errorOnSessionEnd(vc, sessionId)()),
  }).pipe(
    map(({ apiSession: { dialect }, lease, files }) => ({
      event: openedEvent(item, {
        dialect,
        strategy: 'session',
        downloadSessionId: sessionId,
        contentVersion: lease.contentVersion ?? '',
        files: files.map(({ name, size }) => ({ name, ...(size === undefined ? {} : { size }) })),
      }),
      lease,
    })),
  );

/** Creates the `opened` event of an item. */
export const openedEvent = ({ id, name }: Item, rest: Omit<DownloadOpened, 'type' | 'itemId' | 'itemName'>): DownloadOpened => ({
  type: 'opened',
  itemId: id,
  ...(name === undefined ? {} : { itemName: name }),
  ...rest,
});

/** Selects the files to download. */
export const selectFiles = (
  { event, lease }: ItemSnapshot,
  stored: StoredFiles,
  files: DownloadOptions['files'],
): DownloadableItem => {
  const available = new Map(event.files.map((file) => [file.name, file]));
  const names = selectNames([...available.keys()], files);
  return { event: { ...event, files: names.map((name) => available.get(name) ?? { name }) }, lease, stored, names };
};

/** Returns the selected names. A list of names is taken as it is, even if it has names that are not available. */
export const selectNames = (available: readonly string[], files: DownloadOptions['files']): readonly string[] =>
  typeof files === 'object' ? files : available.filter(files ?? (() => true));
