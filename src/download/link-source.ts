/** Provides files through the links that items have since vSphere 9.0: without a download session or preparation. */

import {
  catchError,
  concat,
  concatMap,
  defer,
  forkJoin,
  ignoreElements,
  map,
  merge,
  of,
  Subject,
  takeUntil,
  type Observable,
} from 'rxjs';
import { internals } from '../connection/vcenter.ts';
import { getItem } from '../endpoints/item.ts';
import { getSession } from '../endpoints/session.ts';
import { ApiError, isTransient } from '../errors/index.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { keepAlive } from '../session/keep-alive.ts';
import { transferLabel } from '../transfer/transfer.ts';
import { errorIfChanged, ItemChangedError } from './content-change.ts';
import {
  openedEvent,
  readStoredFiles,
  recoverExceptAuthError,
  selectFiles,
  selectNames,
  type DownloadableItem,
  type StoredFiles,
} from './downloadable-item.ts';
import type { DownloadEvent } from './events.ts';
import type { FileSource } from './prepared-files.ts';
import type { SourceContext } from './session-source.ts';

/** The server refused a link of the item. A download session may still provide the files. Never reaches a subscriber of `download`. */
export class LinkRefusedError extends Error {}

/** An item whose selected files all have links. */
export interface LinkedItem {
  readonly opened: DownloadableItem;
  readonly infos: readonly DownloadFileInfo[];
}

/**
 * Finds the links of the selected files.
 *
 * - Emits: once; `undefined` if a selected file has no usable link, or if the content version of the links cannot be determined.
 * - Completes: after it.
 * - Errors: as a login does.
 * - Unsubscribing: aborts the requests.
 */
export const findLinks = ({ vc, item, stored, options }: SourceContext): Observable<LinkedItem | undefined> => {
  const names = [...stored.keys()];
  const infos = linkedFiles(vc[internals].isOwnLink, stored, selectNames(names, options.files));
  if (infos === undefined) return of(undefined);
  return forkJoin({ apiSession: vc[internals].apiSession$, model: getItem(vc, item.id) }).pipe(
    // If the files are the same before and after the item was read, they belong to its content version.
    concatMap((responses) =>
      readStoredFiles(vc, item.id).pipe(map((later) => ({ ...responses, isSame: isUnchanged(stored, later) }))),
    ),
    map(({ apiSession: { dialect }, model: { content_version: contentVersion }, isSame }) => {
      if (contentVersion === undefined || !isSame) return undefined;
      const files = names.map((name) => ({ name }));
      const event = openedEvent(item, { dialect, strategy: 'link', contentVersion, files });
      const snapshot = { event, lease: { remaining: undefined, expires: undefined, contentVersion } };
      return { opened: selectFiles(snapshot, stored, options.files), infos };
    }),
    catchError(recoverExceptAuthError(undefined)),
  );
};

/** Returns each file as prepared at its link; `undefined` unless every file has a link to a server that may receive the login. */
const linkedFiles = (
  isOwnLink: (uri: string) => boolean,
  stored: StoredFiles,
  names: readonly string[],
): readonly DownloadFileInfo[] | undefined => {
  const linked = names.flatMap((name): readonly DownloadFileInfo[] => {
    const uri = stored.get(name)?.file_download_endpoint;
    if (uri === undefined || !URL.canParse(uri) || !isOwnLink(uri)) return [];
    return [{ name, status: 'PREPARED', bytes_transferred: 0, download_endpoint: { uri } }];
  });
  return names.length > 0 && linked.length === names.length ? linked : undefined;
};

const isUnchanged = (before: StoredFiles, after: StoredFiles): boolean =>
  before.size === after.size && [...before].every(([name, { version }]) => after.get(name)?.version === version);

/**
 * Provides the files of an item through its links, and keeps the login alive, on which the links depend.
 *
 * - Emits: `opened`.
 * - Completes: after the last file.
 * - Errors: {@link LinkRefusedError} if the server refuses a link, and as the transfers do.
 * - Unsubscribing: aborts its requests.
 */
export const linkSource = (
  { vc, prepared, transfers }: SourceContext,
  { opened, infos }: LinkedItem,
): Observable<DownloadEvent> => {
  const lost$ = new Subject<never>();
  const source: FileSource = {
    finalInfo: () => of(undefined),
    assertUnchanged: (name) => errorIfChanged(vc, opened, name, () => new ItemChangedError(transferLabel(name))),
    isLost: (thrown) => thrown instanceof ItemChangedError || (thrown instanceof ApiError && !isTransient(thrown)),
    onLost: (thrown) => lost$.error(new LinkRefusedError('A link of the item was refused.', { cause: thrown })),
  };
  const extendLogin$ = getSession(vc).pipe(
    map(() => opened.lease),
    catchError(recoverExceptAuthError(opened.lease)),
  );
  return concat(
    of(opened.event),
    defer(() => {
      prepared.open(opened);
      prepared.publish(source, infos);
      return merge(lost$, keepAlive(opened.lease, extendLogin$, { isOver: () => true })).pipe(ignoreElements());
    }),
  ).pipe(takeUntil(transfers.done$));
};
