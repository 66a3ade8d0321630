/** Watches a download session: one poll for all subscribers. */

import {
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  forkJoin,
  mergeMap,
  of,
  scan,
  throwError,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import { withoutRetry } from '../connection/derived-connection.ts';
import { internalsOf, type VCenter } from '../connection/vcenter.ts';
import { listDownloadFiles } from '../endpoints/download-file.ts';
import { getDownloadSession } from '../endpoints/download-session.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import type { DownloadSessionModel } from '../model/download-session.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { POLL_RETRY_OPTIONS, retryTransientPolls, type PollRetryOptions } from '../polling/poll-retry.ts';
import { POLL_OPTIONS, type PollOptions } from '../polling/poll-schedule.ts';
import { poll } from '../polling/poll.ts';
import { sharePoll, type SharedPoll } from '../polling/shared-poll.ts';
import { isSessionGone, sessionEndError, sessionGoneError } from '../session/error-on-session-end.ts';
import { isSameFileInfo } from './preparation.ts';
import { pollOptionsFor } from './single-poll.ts';

/** The state of a download session and its files. */
export interface WatchedSession {
  readonly session: DownloadSessionModel;
  /** The files of the session; an unchanged file stays the same object. */
  readonly files: readonly DownloadFileInfo[];
}

/** Options of {@link watchDownloadSession}. */
export interface WatchOptions extends PollOptions<WatchedSession>, PollRetryOptions {}

const WATCH_OPTIONS: OptionNames<WatchOptions> = { ...POLL_OPTIONS, ...POLL_RETRY_OPTIONS };

/** The shared polls of each connection, by session id. */
const sharedPolls = new WeakMap<VCenter, Map<string, SharedPoll<WatchedSession>>>();

/**
 * Watches a download session, also one of another client. All subscribers of one session and connection share its polls of two requests
 * each: the session and its files.
 *
 * - Emits: the session with its files: the last known state at once, then whenever it has changed.
 * - Completes: never.
 * - Errors: {@link LeaseError} if the session has expired or was deleted, or, after emitting it, if it was cancelled or has failed; with
 *   the error of a request after `pollAttempts`.
 * - Unsubscribing: the last subscriber aborts the poll in flight and stops polling.
 *
 * The shortest period applies. A new subscriber triggers a poll only if the last response is older than its own period.
 *
 * ```text
 * polls  -(a|)   -(b|)   -(c|)
 * first  -a-------b-------c       (period 7)
 * later       a---b---!           (period 7)
 * ```
 */
export const watchDownloadSession = (vc: VCenter, sessionId: string, options: WatchOptions = {}): Observable<WatchedSession> =>
  defer(() => {
    assertKnownOptions(options, WATCH_OPTIONS);
    const { untilClosed } = internalsOf(vc);
    const bySessionId = sharedPolls.get(vc) ?? new Map<string, SharedPoll<WatchedSession>>();
    sharedPolls.set(vc, bySessionId);
    const shared = bySessionId.get(sessionId) ?? createSharedPoll(vc, sessionId, () => bySessionId.delete(sessionId));
    bySessionId.set(sessionId, shared);
    return shared.subscribeWith(pollOptionsFor(vc, options)).pipe(untilClosed('watchDownloadSession'));
  });

const createSharedPoll = (vc: VCenter, sessionId: string, onEmpty: () => void): SharedPoll<WatchedSession> => {
  const withoutRetries = withoutRetry(vc);
  return sharePoll<WatchedSession>(
    ({ applyJitter, ...schedule }, retryOptions) =>
      defer(() =>
        poll({
          poll$: forkJoin({
            session: getDownloadSession(withoutRetries, sessionId),
            files: listDownloadFiles(withoutRetries, sessionId),
          }).pipe(retryTransientPolls(retryOptions, applyJitter)()),
          hasProgressed,
          ...schedule,
        }),
      ).pipe(
        catchError((thrown: unknown) => throwError(() => (isSessionGone(thrown) ? sessionGoneError(sessionId, thrown) : thrown))),
        reuseUnchanged,
        mergeMap((watched) => {
          const end = sessionEndError(sessionId, watched.session);
          return end === undefined
            ? of(watched)
            : concat(
                of(watched),
                throwError(() => end),
              );
        }),
      ),
    onEmpty,
  );
};

/** Progress is a changed state or status. Transferred bytes and an extended lease change too often to count. */
const hasProgressed = (previous: WatchedSession, current: WatchedSession): boolean =>
  previous.session.state !== current.session.state ||
  previous.files.length !== current.files.length ||
  current.files.some(({ status }, index) => status !== previous.files[index]?.status);

/** Emits changed states only, and reuses the objects of unchanged files. */
const reuseUnchanged: OperatorFunction<WatchedSession, WatchedSession> = (state$) =>
  state$.pipe(
    scan((previous, current) => {
      const byName = new Map(previous.files.map((info) => [info.name, info]));
      const files = current.files.map((info) => {
        const last = byName.get(info.name);
        return last !== undefined && isSameFileInfo(last, info) ? last : info;
      });
      const areSame = files.length === previous.files.length && files.every((info, index) => info === previous.files[index]);
      if (areSame && isSameSession(previous.session, current.session)) return previous;
      return { session: current.session, files: areSame ? previous.files : files };
    }),
    distinctUntilChanged(),
  );

const isSameSession = (previous: DownloadSessionModel, current: DownloadSessionModel): boolean =>
  previous.state === current.state &&
  previous.client_progress === current.client_progress &&
  previous.expiration_time === current.expiration_time &&
  previous.library_item_content_version === current.library_item_content_version;
