/** The preparation of many files, as one stream: one list request per poll. */

import {
  concatMap,
  defer,
  distinctUntilChanged,
  from,
  map,
  merge,
  mergeMap,
  of,
  Subject,
  takeWhile,
  tap,
  toArray,
  type Observable,
} from 'rxjs';
import { withoutRetry } from '../connection/derived-connection.ts';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import { listDownloadFiles, prepareDownloadFile } from '../endpoints/download-file.ts';
import type { UnchangedStatus } from '../errors/index.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { assertKnownOptions } from '../options/index.ts';
import { retryTransientPolls } from '../polling/poll-retry.ts';
import { scheduleOf } from '../polling/poll-schedule.ts';
import { poll } from '../polling/poll.ts';
import { errorOnSessionEnd } from '../session/error-on-session-end.ts';
import { overallTimeout } from './overall-timeout.ts';
import { isSameFileInfo, throwIfFailed, WAIT_OPTIONS, type PreparationWaitOptions } from './preparation.ts';
import { pollOptionsFor } from './single-poll.ts';

/** Prepare requests in flight at the same time. */
const PREPARE_CONCURRENCY = 8;

/**
 * Requests the preparation of files, eight at a time, and polls until vCenter has prepared all of them: one list request per poll.
 *
 * Progress, which restarts the growth of the period, is a change of the slowest file's status.
 *
 * - Emits: the infos of all files, in the order of `fileNames`, whenever one has changed.
 * - Completes: with the response in which all are `PREPARED`.
 * - Errors: `PreparationError` as soon as one is `ERROR`, `PatienceError` after `patience`, `LeaseError` if the session has ended, and with
 *   the error of a request after `pollAttempts`.
 * - Unsubscribing: aborts the requests in flight.
 *
 * ```text
 * prepare       -(x|)  -(x|)           (each file's)
 * lists         -(r|)  -(s|)  -(t|)
 * preparations  -q--r--s--(t|)         (period 2)
 * ```
 *
 * @param fileNames - `undefined`: all files of the session.
 */
export const preparations = (
  vc: VCenter,
  sessionId: string,
  fileNames?: readonly string[],
  options: PreparationWaitOptions<readonly DownloadFileInfo[]> = {},
): Observable<readonly DownloadFileInfo[]> =>
  defer(() => {
    assertKnownOptions(options, WAIT_OPTIONS);
    return prepareAll(vc, sessionId, fileNames, pollOptionsFor(vc, options)).pipe(
      map((infos) => infos.map(throwIfFailed)),
      internalsOf(vc).untilClosed('preparations'),
    );
  });

/** An option of {@link prepareAll}. */
export interface EarlyInfosOption {
  /**
   * True to emit, after the first response and then after every eighth, the infos of the files whose prepare requests have a response.
   * @default false: nothing is emitted before all have one
   */
  readonly emitsEarlyInfos?: boolean;
}

/** As {@link preparations}, but `ERROR` does not error the stream: it completes when every file is `PREPARED` or `ERROR`. */
export const prepareAll = (
  vc: VCenter,
  sessionId: string,
  fileNames: readonly string[] | undefined,
  { patience, emitsEarlyInfos = false, ...options }: PreparationWaitOptions<readonly DownloadFileInfo[]> & EarlyInfosOption = {},
): Observable<readonly DownloadFileInfo[]> =>
  defer(() => {
    const withoutRetries = withoutRetry(vc);
    const { applyJitter, ...schedule } = scheduleOf(options);
    const whileSessionLives = errorOnSessionEnd(withoutRetries, sessionId);
    // Polls are sequential and share one count of failures. Prepare requests are concurrent, and each has its own.
    const retryingPolls = retryTransientPolls(options, applyJitter);
    const list$ = listDownloadFiles(withoutRetries, sessionId).pipe(whileSessionLives(), retryingPolls());
    const prepare = (name: string): Observable<DownloadFileInfo> =>
      prepareDownloadFile(withoutRetries, sessionId, name).pipe(whileSessionLives(), retryTransientPolls(options, applyJitter)());

    const pollUntilSettled = (names: readonly string[]): Observable<readonly DownloadFileInfo[]> => {
      if (names.length === 0) return of([]);
      const earlyInfos$ = new Subject<readonly DownloadFileInfo[]>();
      const responses: DownloadFileInfo[] = [];
      const polled$ = poll({
        first$: from(names).pipe(
          mergeMap(prepare, PREPARE_CONCURRENCY),
          tap((info) => {
            responses.push(info);
            const isEarly = emitsEarlyInfos && responses.length < names.length && responses.length % PREPARE_CONCURRENCY === 1;
            if (isEarly) earlyInfos$.next(inOrderOf(names, responses));
          }),
          toArray(),
          map((infos) => inOrderOf(names, infos)),
        ),
        poll$: list$.pipe(map((infos) => inOrderOf(names, infos))),
        hasProgressed: (previous, current) => slowestStep(previous) !== slowestStep(current),
        ...schedule,
      }).pipe(tap(() => earlyInfos$.complete()));
      return merge(earlyInfos$, polled$).pipe(
        overallTimeout(`The ${preparationLabel(names.length)}`, patience, (infos) => infos),
        distinctUntilChanged(areSameFileInfos),
        takeWhile((infos) => infos.length < names.length || !infos.every(isSettled), true),
      );
    };
    const names$ = fileNames === undefined ? list$.pipe(map((infos) => infos.map(({ name }) => name))) : of(fileNames);
    return names$.pipe(concatMap(pollUntilSettled));
  });

/** Names the preparation of a number of files in errors. */
export const preparationLabel = (count: number): string => `preparation of ${count} file${count === 1 ? '' : 's'}`;

/** Returns true if two responses are equal for all files. */
const areSameFileInfos = (previous: readonly DownloadFileInfo[], current: readonly DownloadFileInfo[]): boolean =>
  previous.length === current.length &&
  previous.every((info, index) => {
    const other = current[index];
    return other !== undefined && isSameFileInfo(info, other);
  });

const inOrderOf = (names: readonly string[], infos: readonly DownloadFileInfo[]): readonly DownloadFileInfo[] => {
  const byName = new Map(infos.map((info) => [info.name, info]));
  return names.flatMap((name) => byName.get(name) ?? []);
};

/** Returns true if a preparation has succeeded or failed. */
export const isSettled = ({ status }: DownloadFileInfo): boolean => status === 'PREPARED' || status === 'ERROR';

/** Returns the files that are not prepared, with their statuses; none before the first response. */
export const unsettledStatuses = (names: readonly string[], infos: readonly DownloadFileInfo[]): readonly UnchangedStatus[] => {
  if (infos.length === 0) return [];
  const byName = new Map(infos.map((info) => [info.name, info]));
  return names.flatMap((file) => {
    const info = byName.get(file);
    if (info === undefined) return [{ file, status: 'missing from the session' }];
    return isSettled(info) ? [] : [{ file, status: String(info.status) }];
  });
};

/** The unsettled statuses in order; an unknown status counts as the last of them. */
const STEPS: readonly unknown[] = ['UNPREPARED', 'PREPARE_REQUESTED', 'PREPARING'];

const slowestStep = (infos: readonly DownloadFileInfo[]): number =>
  infos.reduce((slowest, info) => Math.min(slowest, isSettled(info) ? STEPS.length : stepOf(info)), STEPS.length);

const stepOf = ({ status }: DownloadFileInfo): number => {
  const step = STEPS.indexOf(status);
  return step === -1 ? STEPS.length - 1 : step;
};
