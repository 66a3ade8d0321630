/** The preparation of one file, as a stream. */

import { defer, distinctUntilChanged, map, takeWhile, type Observable } from 'rxjs';
import { withoutRetry } from '../connection/derived-connection.ts';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import { getDownloadFile, prepareDownloadFile } from '../endpoints/download-file.ts';
import { PreparationError } from '../errors/index.ts';
import type { DownloadFileInfo, EndpointType } from '../model/download-file.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { POLL_RETRY_OPTIONS, retryTransientPolls, type PollRetryOptions } from '../polling/poll-retry.ts';
import { POLL_OPTIONS, scheduleOf, type PollOptions } from '../polling/poll-schedule.ts';
import { poll } from '../polling/poll.ts';
import { errorOnSessionEnd } from '../session/error-on-session-end.ts';
import { overallTimeout } from './overall-timeout.ts';
import { pollOptionsFor } from './single-poll.ts';

/** How to wait for a preparation. */
export interface PreparationWaitOptions<A> extends PollOptions<A>, PollRetryOptions {
  /**
   * Milliseconds after which the stream errors with {@link PatienceError}.
   * @default no limit
   */
  readonly patience?: number | undefined;
}

/** The names of {@link PreparationWaitOptions}. */
export const WAIT_OPTIONS: OptionNames<PreparationWaitOptions<unknown>> = {
  ...POLL_OPTIONS,
  ...POLL_RETRY_OPTIONS,
  patience: true,
};

/** Options of {@link preparation}. */
export interface PreparationOptions extends PreparationWaitOptions<DownloadFileInfo> {
  /**
   * Where the file's link points to.
   * @default 'HTTPS', chosen by the server
   */
  readonly endpointType?: EndpointType | undefined;
}

const PREPARATION_OPTIONS: OptionNames<PreparationOptions> = { ...WAIT_OPTIONS, endpointType: true };

/**
 * Requests the preparation of a file, and polls until vCenter has prepared it.
 *
 * - Emits: every response that differs from the previous one, that of the prepare request first.
 * - Completes: with the response whose status is `PREPARED`.
 * - Errors: {@link PreparationError} on `ERROR`, {@link PatienceError} after `patience`, {@link LeaseError} if the session has ended, and
 *   with the error of a request after `pollAttempts`.
 * - Unsubscribing: aborts the request in flight. A slow poll delays the next one; it is never cancelled by it.
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
  options: PreparationOptions = {},
): Observable<DownloadFileInfo> =>
  defer(() => {
    assertKnownOptions(options, PREPARATION_OPTIONS);
    const { endpointType, ...wait } = pollOptionsFor(vc, options);
    const withoutRetries = withoutRetry(vc);
    const whileSessionLives = errorOnSessionEnd(withoutRetries, sessionId);
    return untilPrepared(
      prepareDownloadFile(withoutRetries, sessionId, fileName, endpointType === undefined ? {} : { endpointType }).pipe(
        whileSessionLives(),
      ),
      getDownloadFile(withoutRetries, sessionId, fileName).pipe(whileSessionLives()),
      { waitedFor: `The preparation of ${JSON.stringify(fileName)}`, ...wait },
    ).pipe(internalsOf(vc).untilClosed('preparation'));
  });

/** The polling of {@link preparation}, independent of a server: subscribes to `first$` once, then to `poll$` until the file is prepared. */
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
      hasProgressed: (previous, current) => previous.status !== current.status,
      ...schedule,
    });
  }).pipe(
    overallTimeout(waitedFor, patience, (info) => [info]),
    distinctUntilChanged(isSameFileInfo),
    map(throwIfFailed),
    takeWhile(({ status }) => status !== 'PREPARED', true),
  );

/**
 * Returns the info, unless its status is `ERROR`.
 *
 * @throws PreparationError with vCenter's message.
 */
export const throwIfFailed = (info: DownloadFileInfo): DownloadFileInfo => {
  if (info.status === 'ERROR') throw new PreparationError({ file: info.name, message: info.error_message });
  return info;
};

/** Returns true if two responses are equal for a file. */
export const isSameFileInfo = (previous: DownloadFileInfo, current: DownloadFileInfo): boolean =>
  previous.name === current.name &&
  previous.status === current.status &&
  previous.bytes_transferred === current.bytes_transferred &&
  previous.size === current.size &&
  previous.download_endpoint?.uri === current.download_endpoint?.uri &&
  previous.checksum_info?.checksum === current.checksum_info?.checksum;
