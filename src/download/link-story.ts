/** What happens where the item's own links lead to its files: they are there from the start, and the login is kept alive. */

import {
  catchError,
  concat,
  concatMap,
  defer,
  filter,
  forkJoin,
  ignoreElements,
  map,
  merge,
  of,
  takeUntil,
  tap,
  type Observable,
} from 'rxjs';
import { begin, choose, wanted, type Course, type Known } from './course.ts';
import { getItem } from '../endpoints/item.ts';
import { getSession } from '../endpoints/session.ts';
import type { DownloadEvent } from './events.ts';
import { byLinks, linkedFiles } from './item-links.ts';
import { lease } from './lease.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { openedOf, storedFiles, unlessLogin, type StoredFiles } from './opening.ts';
import { wire } from '../connection/vcenter.ts';

/** What is known of an item that is had by its links. */
export interface KnownByLinks {
  readonly known: Known;
  readonly linked: readonly DownloadFileInfo[];
}

/**
 * - Emits: once; `undefined` where a file that is wanted has no link to use, or nothing tells the content of the item from a later one.
 * - Completes: after it. - Errors: as a login does. - Unsubscribing: aborts the requests.
 */
export const knownByLinks = ({ vc, item, stored, options }: Course): Observable<KnownByLinks | undefined> => {
  const names = [...stored.keys()];
  const linked = linkedFiles(vc[wire].isHome, stored, wanted(names, options.files));
  if (linked === undefined) return of(undefined);
  return forkJoin({ access: vc[wire].access$, model: getItem(vc, item.id) }).pipe(
    // Files of one version before and after: then they are those of the content that the item names in between.
    concatMap((answers) => storedFiles(vc, item.id).pipe(map((later) => ({ ...answers, isSame: isSame(stored, later) })))),
    map(({ access: { dialect }, model: { content_version: contentVersion }, isSame }) => {
      if (contentVersion === undefined || !isSame) return undefined;
      const files = names.map((name) => ({ name }));
      const known = choose(
        {
          opened: openedOf(item, { dialect, strategy: 'link', contentVersion, files }),
          lease: { remaining: undefined, expires: undefined, contentVersion },
        },
        options.files,
      );
      return { known, linked };
    }),
    catchError(unlessLogin(undefined)),
  );
};

const isSame = (stored: StoredFiles, later: StoredFiles): boolean =>
  stored.size === later.size && [...stored].every(([name, { version }]) => later.get(name)?.version === version);

/**
 * - Emits: `opened`.
 * - Completes: when the last file of the download has come to its end.
 * - Errors: `LeaseError` when a link is refused, and as the files have.
 * - Unsubscribing: aborts its requests.
 */
export const linkStory = (course: Course, { known, linked }: KnownByLinks): Observable<DownloadEvent> => {
  const { vc, held, lost$, ended$ } = course;
  const losses$ = lost$.pipe(
    filter(({ downloadSessionId }) => downloadSessionId === byLinks),
    tap((lost) => {
      throw lost;
    }),
    ignoreElements(),
  );
  const awake$ = getSession(vc).pipe(
    map(() => known.lease),
    catchError(unlessLogin(known.lease)),
  );
  return concat(
    of(known.opened),
    defer(() => {
      // The files begin with this, and may have ended before it returns.
      begin(course, known);
      held.hold({ sessionId: byLinks, infos: linked, closingFacts: () => of(undefined) });
      return merge(losses$, lease(known.lease, awake$).pipe(ignoreElements()));
    }),
  ).pipe(takeUntil(ended$));
};
