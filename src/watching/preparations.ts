/** The preparation of many files, watched together: one request a tick, however many they are. */

import { concatMap, defer, distinctUntilChanged, from, map, mergeMap, of, takeWhile, toArray, type Observable } from 'rxjs';
import { poll } from '../polling/poll.ts';
import { listDownloadFiles, prepareDownloadFile } from '../endpoints/download-file.ts';
import { errorOnSessionEnd } from '../session/session-end.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { timeoutWithHistory } from './patience-timeout.ts';
import { retryTransientPolls } from '../polling/poll-retry.ts';
import { scheduleOf } from '../polling/poll-schedule.ts';
import { isSameFileInfo, throwIfFailed, type PreparationWaitOptions } from './preparation.ts';
import { withoutRetry, type VCenter } from '../connection/vcenter.ts';

/** How many files are asked for at the same time. */
const PREPARE_CONCURRENCY = 8;

/**
 * Asks vCenter to prepare files, eight at a time, and watches them together until all are prepared: one list a tick.
 *
 * News, which makes the period grow anew, is that the file which is furthest behind has moved on.
 *
 * - Emits: all files asked for, in the order asked for, whenever one of them has changed.
 * - Completes: with the answer in which all are `PREPARED`.
 * - Errors: `PreparationError` as soon as one is `ERROR`, `PatienceError` when `patience` runs out, `LeaseError` when the session is over,
 *   and whatever the requests error with, once `retries` are used up.
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
  options: PreparationWaitOptions<readonly DownloadFileInfo[]> = {},
): Observable<readonly DownloadFileInfo[]> =>
  prepareAll(vc, sessionId, fileNames, options).pipe(map((infos) => infos.map(throwIfFailed)));

/** As {@link preparations}, but an `ERROR` is an outcome of its file: completes when every file is `PREPARED` or `ERROR`. */
export const prepareAll = (
  vc: VCenter,
  sessionId: string,
  fileNames: readonly string[] | undefined,
  { patience, ...options }: PreparationWaitOptions<readonly DownloadFileInfo[]> = {},
): Observable<readonly DownloadFileInfo[]> =>
  defer(() => {
    const once = withoutRetry(vc);
    const { applyJitter, ...wishes } = scheduleOf(options);
    const inLease = errorOnSessionEnd(once, sessionId);
    // The polls share their budget, for they come one after the other. Side by side, each request has its own.
    const borne = retryTransientPolls(options, applyJitter);
    const list$ = listDownloadFiles(once, sessionId).pipe(inLease(), borne());
    const prepare = (name: string): Observable<DownloadFileInfo> =>
      prepareDownloadFile(once, sessionId, name).pipe(inLease(), retryTransientPolls(options, applyJitter)());

    const pollUntilSettled = (names: readonly string[]): Observable<readonly DownloadFileInfo[]> => {
      if (names.length === 0) return of([]);
      return poll({
        first$: from(names).pipe(
          mergeMap(prepare, PREPARE_CONCURRENCY),
          toArray(),
          map((infos) => inOrder(names, infos)),
        ),
        poll$: list$.pipe(map((infos) => inOrder(names, infos))),
        hasProgressed: (before, now) => slowestStep(before) !== slowestStep(now),
        ...wishes,
      }).pipe(
        timeoutWithHistory(`The ${preparationLabel(names.length)}`, patience, (infos) => infos),
        distinctUntilChanged(isSameOfAll),
        takeWhile((infos) => infos.length < names.length || !infos.every(isSettled), true),
      );
    };
    const names$ = fileNames === undefined ? list$.pipe(map((infos) => infos.map(({ name }) => name))) : of(fileNames);
    return names$.pipe(concatMap(pollUntilSettled));
  });

/** What errors call the preparation of so many files. */
export const preparationLabel = (count: number): string => `preparation of ${count} file${count === 1 ? '' : 's'}`;

/** Whether two answers say the same of the same files. */
const isSameOfAll = (before: readonly DownloadFileInfo[], now: readonly DownloadFileInfo[]): boolean =>
  before.length === now.length &&
  before.every((info, index) => {
    const other = now[index];
    return other !== undefined && isSameFileInfo(info, other);
  });

const inOrder = (names: readonly string[], infos: readonly DownloadFileInfo[]): readonly DownloadFileInfo[] => {
  const byName = new Map(infos.map((info) => [info.name, info]));
  return names.flatMap((name) => byName.get(name) ?? []);
};

/** Whether a preparation has come to its end, one way or the other. */
export const isSettled = ({ status }: DownloadFileInfo): boolean => status === 'PREPARED' || status === 'ERROR';

/** How far files are; a status that is not known yet stands between those asked for and those settled. */
const steps: readonly unknown[] = ['UNPREPARED', 'PREPARE_REQUESTED', 'PREPARING'];

const slowestStep = (infos: readonly DownloadFileInfo[]): number =>
  infos.reduce((least, info) => Math.min(least, isSettled(info) ? steps.length : stepOf(info)), steps.length);

const stepOf = ({ status }: DownloadFileInfo): number => {
  const step = steps.indexOf(status);
  return step === -1 ? steps.length - 1 : step;
};
