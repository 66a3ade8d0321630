/** Files from download sessions: their preparation, their lease, and another session where one is lost. */

import {
  asyncScheduler,
  catchError,
  concat,
  concatMap,
  defer,
  map,
  merge,
  of,
  Subject,
  takeUntil,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import type { RetryNotice } from '../http/retry.ts';
import type { VCenter } from '../connection/vcenter.ts';
import { LeaseError } from '../errors/index.ts';
import { toRetryCallback } from '../polling/poll-retry.ts';
import { errorIfStalled } from '../operators/error-if-stalled.ts';
import { sessionGoneError, isSessionGone } from '../session/session-end.ts';
import { preparationLabel, prepareAll } from '../watching/preparations.ts';
import { readFinalInfo } from './final-file-info.ts';
import type { DownloadEvent, DownloadLease, DownloadStatus } from './events.ts';
import { keepAlive } from '../session/keep-alive.ts';
import { extendLease, readLease, type LeaseState } from '../session/lease.ts';
import { selectFiles, readSession, type Item, type OpenedItem, type StoredFiles } from './opened-item.ts';
import { stallTimeoutOf, type DownloadOptions } from './options.ts';
import type { FileSource, PreparedFiles } from './prepared-files.ts';
import { withDownloadSession } from '../session/with-download-session.ts';
import { toStatusEvents } from './statuses.ts';
import type { Transfers } from './transfers.ts';

/** What a source of files works with. */
export interface SourceContext {
  readonly vc: VCenter;
  readonly item: Item;
  readonly stored: StoredFiles;
  readonly options: DownloadOptions;
  readonly prepared: PreparedFiles;
  readonly transfers: Transfers;
  readonly onLost: () => void;
  readonly onRetry: (retry: RetryNotice) => void;
}

/**
 * - Emits: `opened`, unless another source has; `lease` if it takes over; then `status` and `lease`.
 * - Completes: after the last file, when the session is deleted.
 * - Errors: as the files have; `LeaseError` when a session was cancelled, or four in a row were lost; `TimeoutError`, and as requests do.
 * - Unsubscribing: cancels and deletes the session.
 *
 * @param earlier - What another source has opened before.
 */
export const sessionSource = (context: SourceContext, earlier?: OpenedItem): Observable<DownloadEvent> =>
  defer(() => {
    const { vc, item, transfers, onLost } = context;
    let opened = earlier;
    return withDownloadSession({
      vc,
      itemId: item.id,
      use: (sessionId) =>
        openOrResume(context, sessionId, opened).pipe(
          tap((openedSession) => {
            opened = openedSession.opened;
          }),
          concatMap((begun) => runSession(context, sessionId, begun)),
        ),
      bytesReceived: transfers.received,
      onLost,
    });
  });

interface OpenedSession {
  readonly event: DownloadEvent;
  readonly lease: LeaseState;
  readonly opened: OpenedItem;
}

const openOrResume = (
  { vc, item, stored, options }: SourceContext,
  sessionId: string,
  earlier: OpenedItem | undefined,
): Observable<OpenedSession> => {
  if (earlier === undefined)
    return readSession(vc, item, sessionId).pipe(
      map((found) => {
        const opened = selectFiles(found, stored, options.files);
        return { event: opened.opened, lease: opened.lease, opened };
      }),
    );
  return readLease(vc, sessionId).pipe(
    map((state) => {
      if (state.contentVersion !== earlier.lease.contentVersion) throw itemChangedError(sessionId);
      return { event: leaseEvent('renewed', state), lease: state, opened: earlier };
    }),
  );
};

const runSession = (
  context: SourceContext,
  sessionId: string,
  { event, lease: known, opened }: OpenedSession,
): Observable<DownloadEvent> => {
  const { vc, prepared, transfers } = context;
  const lost$ = new Subject<LeaseError>();
  const source: FileSource = {
    finalInfo: readFinalInfo(vc, sessionId),
    // The addresses of a session's files return 404 once the session has ended.
    isLost: (thrown) => thrown instanceof LeaseError || isSessionGone(thrown),
    onLost: (thrown) => lost$.next(thrown instanceof LeaseError ? thrown : sessionGoneError(sessionId, thrown)),
  };
  const lease$ = keepAlive(known, extendLease(vc, sessionId, transfers.percentage)).pipe(
    map((next) => leaseEvent('extended', next)),
  );
  return concat(
    of(event),
    defer(() => {
      prepared.open(opened);
      return merge(
        lost$.pipe(concatMap((error) => readLossReason(vc, sessionId, error))),
        prepareFiles(context, sessionId, source, opened),
        lease$,
      );
    }),
  ).pipe(takeUntil(transfers.done$));
};

const prepareFiles = (
  { vc, options, prepared, transfers, onRetry }: SourceContext,
  sessionId: string,
  source: FileSource,
  { names }: OpenedItem,
): Observable<DownloadStatus> =>
  defer(() => {
    let lastResponseAt = asyncScheduler.now();
    return prepareAll(
      vc,
      sessionId,
      transfers.pending(names),
      // A download is no picture that somebody looks at: it goes on in a hidden page, too.
      { whileHidden: 0, ...options, onRetry: callBoth(toRetryCallback(options.onRetry), onRetry) },
    ).pipe(
      tap((infos) => {
        lastResponseAt = asyncScheduler.now();
        prepared.publish(source, infos);
      }),
      toStatusEvents,
      errorIfStalled({
        operation: preparationLabel(names.length),
        limit: stallTimeoutOf(options),
        waitingSince: () => {
          const idleSince = transfers.idleSince();
          return idleSince === undefined ? undefined : Math.max(idleSince, lastResponseAt);
        },
      }),
    );
  });

const callBoth =
  (first: (retry: RetryNotice) => void, second: (retry: RetryNotice) => void) =>
  (retry: RetryNotice): void => {
    first(retry);
    second(retry);
  };

/** A transfer has found its address gone; how the session ended is the session's to tell. */
const readLossReason = (vc: VCenter, sessionId: string, lost: LeaseError): Observable<never> =>
  readLease(vc, sessionId).pipe(
    catchError((thrown: unknown) => throwError(() => (thrown instanceof LeaseError ? thrown : lost))),
    concatMap(() => throwError(() => lost)),
  );

const leaseEvent = (state: DownloadLease['state'], { expires }: LeaseState): DownloadLease => ({
  type: 'lease',
  state,
  ...(expires === undefined ? {} : { expires }),
});

/** Files of two versions are no item. */
const itemChangedError = (downloadSessionId: string): LeaseError =>
  new LeaseError({ downloadSessionId, ending: 'failed', reason: 'the item was changed while its files were on their way' });
