/** One file's way from UNPREPARED to PREPARED, as a stream. */

import { defer, distinctUntilChanged, map, takeWhile, type Observable } from 'rxjs';
import { poll } from '../polling/poll.ts';
import { getDownloadFile, prepareDownloadFile } from '../endpoints/download-file.ts';
import { PreparationError } from '../errors/index.ts';
import { errorOnSessionEnd } from '../session/session-end.ts';
import type { DownloadFileInfo, EndpointType } from '../model/download-file.ts';
import { timeoutWithHistory } from './patience-timeout.ts';
import { retryTransientPolls, type PollRetryOptions } from '../polling/poll-retry.ts';
import { scheduleOf, type PollOptions } from '../polling/poll-schedule.ts';
import { withoutRetry, type VCenter } from '../connection/vcenter.ts';

/** How to wait for a preparation. */
export interface PreparationWaitOptions<A> extends PollOptions<A>, PollRetryOptions {
  /**
   * Milliseconds after which to give up.
   * @default never
   */
  readonly patience?: number;
}

/** Options of {@link preparation}. */
export interface PreparationOptions extends PreparationWaitOptions<DownloadFileInfo> {
  /** @default 'HTTPS', chosen by the server */
  readonly endpointType?: EndpointType;
}

/**
 * Asks vCenter to prepare a file, and watches until it has.
 *
 * - Emits: every answer that differs from the one before, the answer to the request itself first.
 * - Completes: with the answer whose status is `PREPARED`.
 * - Errors: {@link PreparationError} on `ERROR`, {@link PatienceError} when `patience` runs out, {@link LeaseError} when the session is
 *   over, and whatever the requests error with, once `retries` are used up.
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
  defer(() => {
    const once = withoutRetry(vc);
    const whileSessionLives = errorOnSessionEnd(once, sessionId);
    return untilPrepared(
      prepareDownloadFile(once, sessionId, fileName, endpointType === undefined ? {} : { endpointType }).pipe(
        whileSessionLives(),
      ),
      getDownloadFile(once, sessionId, fileName).pipe(whileSessionLives()),
      { waitedFor: `The preparation of ${JSON.stringify(fileName)}`, ...wait },
    );
  });

/** The process itself, which knows of no server: `first$` is asked once, then `poll$` until the file is prepared. */
export const untilPrepared = (
  first$: Observable<DownloadFileInfo>,
  poll$: Observable<DownloadFileInfo>,
  { waitedFor, patience, ...options }: PreparationWaitOptions<DownloadFileInfo> & { readonly waitedFor: string },
): Observable<DownloadFileInfo> =>
  defer(() => {
    const { applyJitter, ...schedule } = scheduleOf(options);
    const retrying = retryTransientPolls(options, applyJitter);
    return poll({
      first$: first$.pipe(retrying()),
      poll$: poll$.pipe(retrying()),
      hasProgressed: (before, now) => before.status !== now.status,
      ...schedule,
    });
  }).pipe(
    timeoutWithHistory(waitedFor, patience, (info) => [info]),
    distinctUntilChanged(isSameFileInfo),
    map(throwIfFailed),
    takeWhile(({ status }) => status !== 'PREPARED', true),
  );

/** Throws what vCenter said of a failed preparation; passes everything else on. */
export const throwIfFailed = (info: DownloadFileInfo): DownloadFileInfo => {
  if (info.status === 'ERROR') throw new PreparationError({ file: info.name, message: info.error_message });
  return info;
};

/** Whether two answers say the same of a file. */
export const isSameFileInfo = (before: DownloadFileInfo, now: DownloadFileInfo): boolean =>
  before.name === now.name &&
  before.status === now.status &&
  before.bytes_transferred === now.bytes_transferred &&
  before.size === now.size &&
  before.download_endpoint?.uri === now.download_endpoint?.uri &&
  before.checksum_info?.checksum === now.checksum_info?.checksum;
