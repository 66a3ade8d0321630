/** Files from the links that an item itself has since 9.0: no session, no preparation; the login is kept alive. */

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
import type { DownloadEvent } from './events.ts';
import { keepAlive } from '../session/keep-alive.ts';
import {
  selectFiles,
  openedEvent,
  readStoredFiles,
  recoverExceptAuthError,
  selectNames,
  type OpenedItem,
  type StoredFiles,
} from './opened-item.ts';
import type { FileSource } from './prepared-files.ts';
import type { SourceContext } from './session-source.ts';

/** The server refused a link of the item. A download session may still get the files. Never reaches a subscriber of `download`. */
export class LinkRefusedError extends Error {}

/** An item whose files all have links. */
export interface LinkedItem {
  readonly opened: OpenedItem;
  readonly infos: readonly DownloadFileInfo[];
}

/**
 * - Emits: once; `undefined` where a file that is wanted has no link to use, or nothing tells the content of the item from a later one.
 * - Completes: after it. - Errors: as a login does. - Unsubscribing: aborts the requests.
 */
export const findLinks = ({ vc, item, stored, options }: SourceContext): Observable<LinkedItem | undefined> => {
  const names = [...stored.keys()];
  const infos = linkedFiles(vc[internals].isSameOrigin, stored, selectNames(names, options.files));
  if (infos === undefined) return of(undefined);
  return forkJoin({ access: vc[internals].apiSession$, model: getItem(vc, item.id) }).pipe(
    // Files of one version before and after: then they are those of the content that the item names in between.
    concatMap((answers) =>
      readStoredFiles(vc, item.id).pipe(map((later) => ({ ...answers, isSame: isUnchanged(stored, later) }))),
    ),
    map(({ access: { dialect }, model: { content_version: contentVersion }, isSame }) => {
      if (contentVersion === undefined || !isSame) return undefined;
      const files = names.map((name) => ({ name }));
      const opened = openedEvent(item, { dialect, strategy: 'link', contentVersion, files });
      const found = { opened, lease: { remaining: undefined, expires: undefined, contentVersion } };
      return { opened: selectFiles(found, stored, options.files), infos };
    }),
    catchError(recoverExceptAuthError(undefined)),
  );
};

/** The files, each PREPARED at its link; `undefined` unless every file has a link to a server that may be sent the login. */
const linkedFiles = (
  isHome: (uri: string) => boolean,
  stored: StoredFiles,
  names: readonly string[],
): readonly DownloadFileInfo[] | undefined => {
  const linked = names.flatMap((name): readonly DownloadFileInfo[] => {
    const uri = stored.get(name)?.file_download_endpoint;
    if (uri === undefined || !URL.canParse(uri) || !isHome(uri)) return [];
    return [{ name, status: 'PREPARED', bytes_transferred: 0, download_endpoint: { uri } }];
  });
  return names.length > 0 && linked.length === names.length ? linked : undefined;
};

const isUnchanged = (stored: StoredFiles, later: StoredFiles): boolean =>
  stored.size === later.size && [...stored].every(([name, { version }]) => later.get(name)?.version === version);

/**
 * - Emits: `opened`. - Completes: after the last file.
 * - Errors: {@link LinkRefusedError} when the server refuses a link, and as the files have. - Unsubscribing: aborts its requests.
 */
export const linkSource = (
  { vc, prepared, transfers }: SourceContext,
  { opened, infos }: LinkedItem,
): Observable<DownloadEvent> => {
  const lost$ = new Subject<never>();
  const source: FileSource = {
    finalInfo: () => of(undefined),
    isLost: (thrown) => thrown instanceof ApiError && !isTransient(thrown),
    onLost: (thrown) => lost$.error(new LinkRefusedError('A link of the item was refused.', { cause: thrown })),
  };
  const login$ = getSession(vc).pipe(
    map(() => opened.lease),
    catchError(recoverExceptAuthError(opened.lease)),
  );
  return concat(
    of(opened.opened),
    defer(() => {
      prepared.open(opened);
      prepared.publish(source, infos);
      return merge(lost$, keepAlive(opened.lease, login$)).pipe(ignoreElements());
    }),
  ).pipe(takeUntil(transfers.done$));
};
