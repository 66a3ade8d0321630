/** A download session as it is now: one poll for everybody who watches it. */

import {
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  forkJoin,
  mergeMap,
  type Observable,
  of,
  scan,
  throwError,
  type OperatorFunction,
} from 'rxjs';
import { poll } from '../polling/poll.ts';
import { listDownloadFiles } from '../endpoints/download-file.ts';
import { getDownloadSession } from '../endpoints/download-session.ts';
import { sessionEndError, sessionGoneError, isSessionGone } from '../session/session-end.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import type { DownloadSessionModel } from '../model/download-session.ts';
import { sharePoll, type SharedPoll } from '../polling/shared-poll.ts';
import { retryTransientPolls, type PollRetryOptions } from '../polling/poll-retry.ts';
import type { PollOptions } from '../polling/poll-schedule.ts';
import { isSameFileInfo } from './preparation.ts';
import { withoutRetry, type VCenter } from '../connection/vcenter.ts';

/** A download session at one moment. */
export interface WatchedSession {
  readonly session: DownloadSessionModel;
  /** Its files; one that did not change stays the same object. */
  readonly files: readonly DownloadFileInfo[];
}

/** Options of {@link watchDownloadSession}. */
export interface WatchOptions extends PollOptions<WatchedSession>, PollRetryOptions {}

const watches = new WeakMap<VCenter, Map<string, SharedPoll<WatchedSession>>>();

/**
 * Watches a download session, whoever created it. All who watch the same session through the same connection share its polls, two
 * requests each: the session and its files.
 *
 * - Emits: the session with its files, as it was last seen at once, then whenever something has changed.
 * - Completes: never.
 * - Errors: {@link LeaseError} when the session has expired or was deleted, and when it was cancelled or has failed, after that was
 *   emitted; whatever the requests error with, once `retries` are used up.
 * - Unsubscribing: leaves the others alone; the last to leave aborts the poll in flight, and nothing runs any more.
 *
 * The quickest period wins. Whoever comes late polls at once only if the last answer is older than the period he wishes.
 *
 * ```text
 * polls  -(a|)   -(b|)   -(c|)
 * first  -a-------b-------c       (period 7)
 * later       a---b---!           (period 7)
 * ```
 */
export const watchDownloadSession = (vc: VCenter, sessionId: string, options: WatchOptions = {}): Observable<WatchedSession> =>
  defer(() => {
    const ofConnection = watches.get(vc) ?? new Map<string, SharedPoll<WatchedSession>>();
    watches.set(vc, ofConnection);
    const watch = ofConnection.get(sessionId) ?? createWatch(vc, sessionId, () => ofConnection.delete(sessionId));
    ofConnection.set(sessionId, watch);
    return watch.subscribeWith(options);
  });

const createWatch = (vc: VCenter, sessionId: string, onEmpty: () => void): SharedPoll<WatchedSession> => {
  const once = withoutRetry(vc);
  return sharePoll<WatchedSession>(
    ({ applyJitter, ...wishes }, budget) =>
      defer(() =>
        poll({
          poll$: forkJoin({ session: getDownloadSession(once, sessionId), files: listDownloadFiles(once, sessionId) }).pipe(
            retryTransientPolls(budget, applyJitter)(),
          ),
          hasProgressed: hasProgressed,
          ...wishes,
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

/** A file whose status changed, or the session's own: bytes that move, and the lease that is extended by and by, are no news. */
const hasProgressed = (before: WatchedSession, now: WatchedSession): boolean =>
  before.session.state !== now.session.state ||
  before.files.length !== now.files.length ||
  now.files.some(({ status }, index) => status !== before.files[index]?.status);

const reuseUnchanged: OperatorFunction<WatchedSession, WatchedSession> = (state$) =>
  state$.pipe(
    scan((before, now) => {
      const known = new Map(before.files.map((info) => [info.name, info]));
      const files = now.files.map((info) => {
        const last = known.get(info.name);
        return last !== undefined && isSameFileInfo(last, info) ? last : info;
      });
      const areSame = files.length === before.files.length && files.every((info, index) => info === before.files[index]);
      if (areSame && isSameSession(before.session, now.session)) return before;
      return { session: now.session, files: areSame ? before.files : files };
    }),
    distinctUntilChanged(),
  );

const isSameSession = (before: DownloadSessionModel, now: DownloadSessionModel): boolean =>
  before.state === now.state &&
  before.client_progress === now.client_progress &&
  before.expiration_time === now.expiration_time &&
  before.library_item_content_version === now.library_item_content_version;
