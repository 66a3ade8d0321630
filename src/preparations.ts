/** The preparation of many files, watched together: one request a tick, however many they are. */

import { concatMap, distinctUntilChanged, from, map, mergeMap, of, takeWhile, toArray, type Observable } from 'rxjs';
import { polling } from './clock.ts';
import { listDownloadFiles, prepareDownloadFile } from './endpoints/download-file.ts';
import type { DownloadFileInfo } from './model/download-file.ts';
import { isSame, patiently, refuseError, type WaitOptions } from './preparation.ts';
import type { VCenter } from './vcenter.ts';

/** How many files are asked for at the same time. */
const asksAtOnce = 8;

/**
 * Asks vCenter to prepare files, and watches them together until all are prepared.
 *
 * - Emits: all files asked for, in the order asked for, whenever one of them has changed.
 * - Completes: with the answer in which all are `PREPARED`.
 * - Errors: `PreparationError` as soon as one is `ERROR`, `PatienceError` when `patience` runs out, and whatever the requests error with.
 * - Unsubscribing: aborts the requests in flight.
 *
 * ```text
 * prepare       -(x|)  -(x|)           (each file's)
 * lists         -(r|)  -(s|)  -(t|)
 * preparations  -q--r--s--(t|)         (period 2)
 * ```
 *
 * @param fileNames - All files of the session where left out.
 */
export const preparations = (
  vc: VCenter,
  sessionId: string,
  fileNames?: readonly string[],
  options: WaitOptions<readonly DownloadFileInfo[]> = {},
): Observable<readonly DownloadFileInfo[]> =>
  namesOf(vc, sessionId, fileNames).pipe(
    concatMap((names) => untilSettled(vc, sessionId, names, options)),
    map((infos) => infos.map(refuseError)),
  );

/** As {@link preparations}, but an `ERROR` is an outcome of its file: completes when every file is `PREPARED` or `ERROR`. */
export const untilSettled = (
  vc: VCenter,
  sessionId: string,
  names: readonly string[],
  { patience, ...pace }: WaitOptions<readonly DownloadFileInfo[]> = {},
): Observable<readonly DownloadFileInfo[]> => {
  if (names.length === 0) return of([]);
  return polling({
    first: prepareAll(vc, sessionId, names),
    poll: listDownloadFiles(vc, sessionId).pipe(map((infos) => inOrder(names, infos))),
    isNews: (before, now) => !isAlike(before, now, (a, b) => a.status === b.status),
    ...pace,
  }).pipe(
    patiently(`The ${preparationOf(names.length)}`, patience, (infos) => infos),
    distinctUntilChanged((before, now) => isAlike(before, now, isSame)),
    takeWhile((infos) => infos.length < names.length || !infos.every(isSettled), true),
  );
};

/** What errors call the preparation of so many files. */
export const preparationOf = (count: number): string => `preparation of ${count} file${count === 1 ? '' : 's'}`;

const namesOf = (vc: VCenter, sessionId: string, fileNames: readonly string[] | undefined): Observable<readonly string[]> =>
  fileNames === undefined ? listDownloadFiles(vc, sessionId).pipe(map((infos) => infos.map(({ name }) => name))) : of(fileNames);

const prepareAll = (vc: VCenter, sessionId: string, names: readonly string[]): Observable<readonly DownloadFileInfo[]> =>
  from(names).pipe(
    mergeMap((name) => prepareDownloadFile(vc, sessionId, name), asksAtOnce),
    toArray(),
    map((infos) => inOrder(names, infos)),
  );

const inOrder = (names: readonly string[], infos: readonly DownloadFileInfo[]): readonly DownloadFileInfo[] => {
  const byName = new Map(infos.map((info) => [info.name, info]));
  return names.flatMap((name) => byName.get(name) ?? []);
};

const isSettled = ({ status }: DownloadFileInfo): boolean => status === 'PREPARED' || status === 'ERROR';

const isAlike = (
  before: readonly DownloadFileInfo[],
  now: readonly DownloadFileInfo[],
  alike: (a: DownloadFileInfo, b: DownloadFileInfo) => boolean,
): boolean =>
  before.length === now.length &&
  before.every((info, index) => {
    const other = now[index];
    return other !== undefined && other.name === info.name && alike(info, other);
  });
