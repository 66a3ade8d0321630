/** One file's way from UNPREPARED to PREPARED, as a stream. */

import {
  distinctUntilChanged,
  map,
  takeUntil,
  takeWhile,
  tap,
  timer,
  type MonoTypeOperatorFunction,
  type Observable,
} from 'rxjs';
import { polling, type PollOptions } from './clock.ts';
import { getDownloadFile, prepareDownloadFile } from './endpoints/download-file.ts';
import { PatienceError, PreparationError } from './errors.ts';
import type { DownloadFileInfo, EndpointType } from './model/download-file.ts';
import type { VCenter } from './vcenter.ts';

/** How to wait for a preparation. */
export interface WaitOptions<A> extends PollOptions<A> {
  /**
   * Milliseconds after which to give up.
   * @default never
   */
  readonly patience?: number;
}

/** Options of {@link preparation}. */
export interface PreparationOptions extends WaitOptions<DownloadFileInfo> {
  /** @default 'HTTPS', chosen by the server */
  readonly endpointType?: EndpointType;
}

/**
 * Asks vCenter to prepare a file, and watches until it has.
 *
 * - Emits: every answer that differs from the one before, the answer to the request itself first.
 * - Completes: with the answer whose status is `PREPARED`.
 * - Errors: {@link PreparationError} on `ERROR`, {@link PatienceError} when `patience` runs out, and whatever the requests error with.
 * - Unsubscribing: aborts the request in flight. A slow poll is waited for, never cut off by the clock.
 *
 * ```text
 * prepare      -(r|)
 * polls        -(r|)  -(i|)  -(p|)
 * preparation  -r-------i---(p|)    (period 3)
 * ```
 */
export const preparation = (
  vc: VCenter,
  sessionId: string,
  fileName: string,
  { endpointType, ...wait }: PreparationOptions = {},
): Observable<DownloadFileInfo> =>
  untilPrepared(
    prepareDownloadFile(vc, sessionId, fileName, endpointType === undefined ? {} : { endpointType }),
    getDownloadFile(vc, sessionId, fileName),
    { waitedFor: `The preparation of ${JSON.stringify(fileName)}`, ...wait },
  );

/** The process itself, which knows of no server: `first` is asked once, then `poll` until the file is prepared. */
export const untilPrepared = (
  first: Observable<DownloadFileInfo>,
  poll: Observable<DownloadFileInfo>,
  { waitedFor, patience, ...pace }: WaitOptions<DownloadFileInfo> & { readonly waitedFor: string },
): Observable<DownloadFileInfo> =>
  polling({ first, poll, isNews: (before, now) => before.status !== now.status, ...pace }).pipe(
    patiently(waitedFor, patience, (info) => [info]),
    distinctUntilChanged(isSame),
    map(refuseError),
    takeWhile(({ status }) => status !== 'PREPARED', true),
  );

/** Ends with a {@link PatienceError} that tells the statuses seen. */
export const patiently = <A>(
  waitedFor: string,
  patience: number | undefined,
  infosOf: (answer: A) => readonly DownloadFileInfo[],
): MonoTypeOperatorFunction<A> => {
  if (patience === undefined) return (source) => source;
  return (source) => {
    const statuses = new Set<string>();
    return source.pipe(
      tap((answer) => infosOf(answer).forEach(({ status }) => statuses.add(String(status)))),
      takeUntil(
        timer(patience).pipe(
          map(() => {
            throw new PatienceError({ waitedFor, patience, statuses: [...statuses] });
          }),
        ),
      ),
    );
  };
};

/** Throws what vCenter said of a failed preparation; passes everything else on. */
export const refuseError = (info: DownloadFileInfo): DownloadFileInfo => {
  if (info.status === 'ERROR') throw new PreparationError({ file: info.name, message: info.error_message });
  return info;
};

/** Whether two answers say the same of a file. */
export const isSame = (before: DownloadFileInfo, now: DownloadFileInfo): boolean =>
  before.status === now.status &&
  before.bytes_transferred === now.bytes_transferred &&
  before.size === now.size &&
  before.download_endpoint?.uri === now.download_endpoint?.uri &&
  before.checksum_info?.checksum === now.checksum_info?.checksum;
