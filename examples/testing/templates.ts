/** Application code: the subject of the tests in this folder. */

import { createDownloadSession, deleteDownloadSession, getItem, listItems, preparation, type VCenter } from 'rx-content-library';
import { concat, distinctUntilChanged, forkJoin, ignoreElements, map, of, switchMap, type Observable } from 'rxjs';

/** Emits the names of a library's items. */
export const templateNames = (vc: VCenter, library: string): Observable<readonly string[]> =>
  listItems(vc, library).pipe(
    switchMap((ids) => (ids.length === 0 ? of([]) : forkJoin(ids.map((id) => getItem(vc, id))))),
    map((items) => items.map(({ name }) => name)),
  );

/** Emits the statuses of a file until it is prepared, for a spinner. */
export const readiness = (vc: VCenter, item: string, file: string): Observable<string> =>
  createDownloadSession(vc, item).pipe(
    switchMap((session) =>
      concat(
        preparation(vc, session, file).pipe(map(({ status }) => String(status))),
        deleteDownloadSession(vc, session).pipe(ignoreElements()),
      ),
    ),
    distinctUntilChanged(),
  );
