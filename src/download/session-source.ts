/** Provides files through download sessions: prepares them, extends the lease, and replaces a session that is lost. */

import {
  asyncScheduler,
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  map,
  merge,
  of,
  Subject,
  takeUntil,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import type { VCenter } from '../connection/vcenter.ts';
import { LeaseError } from '../errors/index.ts';
import { authorityOf } from '../http/authority.ts';
import { toRetryCallback } from '../http/retry.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { errorIfStalled } from '../operators/error-if-stalled.ts';
import { isSessionGone, sessionGoneError } from '../session/error-on-session-end.ts';
import { keepLeaseAlive, readLease, type LeaseState } from '../session/lease.ts';
import { withDownloadSession } from '../session/with-download-session.ts';
import { preparationLabel, prepareAll, unsettledStatuses } from '../watching/preparations.ts';
import { errorIfChanged } from './content-change.ts';
import { readSession, selectFiles, type DownloadableItem, type Item, type StoredFiles } from './downloadable-item.ts';
import {
  createStatusEvents,
  sessionNotDeletedWarning,
  toRetryingEvent,
  type DownloadEvent,
  type DownloadLease,
  type DownloadNotice,
  type DownloadStatus,
} from './events.ts';
import { readFinalInfo } from './final-file-info.ts';
import { stallTimeoutOf, type DownloadOptions } from './options.ts';
import type { FileSource, PreparedFiles } from './prepared-files.ts';
import type { Transfers } from './transfers.ts';

/** What a source of files needs. */
export interface SourceContext {
  readonly vc: VCenter;
  readonly item: Item;
  readonly stored: StoredFiles;
  readonly options: DownloadOptions;
  readonly prepared: PreparedFiles;
  readonly transfers: Transfers;
  /** Called when a request is retried or the lease is lost. */
  readonly notify: (notice: DownloadNotice) => void;
}

/**
 * Provides the files of an item through download sessions, one after the other.
 *
 * - Emits: `opened`, or `lease` if another source has opened the item before; then `status` and `lease`.
 * - Completes: after the last file, once the session is deleted.
 * - Errors: as the transfers do; `LeaseError` if a session was cancelled or has failed, or if too many in a row were lost; `TimeoutError`
 *   if the preparation stalls; and as requests do.
 * - Unsubscribing: cancels and deletes the session.
 *
 * @param earlier - The item as another source has opened it.
 */
export const sessionSource = (source: SourceContext, earlier?: DownloadableItem): Observable<DownloadEvent> =>
  defer(() => {
    const { vc, item, transfers, notify } = source;
    const toStatusEvents = createStatusEvents((name) => transfers.pending([name]).length > 0);
    const context: SessionContext = { ...source, toStatusEvents };
    let opened = earlier;
    let expires: string | undefined;
    const trackExpiry = (event: DownloadEvent): void => {
      if (event.type === 'lease') ({ expires } = event);
    };
    return withDownloadSession({
      vc,
      itemId: item.id,
      use: (sessionId) =>
        openOrResume(context, sessionId, opened).pipe(
          tap((session) => {
            opened = session.opened;
            ({ expires } = session.lease);
          }),
          concatMap((session) => runSession(context, sessionId, session)),
          tap(trackExpiry),
        ),
      bytesReceived: transfers.received,
      onLost: () => {
        expires = undefined;
        notify({ type: 'lease', state: 'lost' });
      },
      onNotDeleted: (sessionId, failure) => notify(sessionNotDeletedWarning(authorityOf(vc.server), sessionId, expires, failure)),
    });
  });

interface SessionContext extends SourceContext {
  readonly toStatusEvents: (infos: readonly DownloadFileInfo[]) => readonly DownloadStatus[];
}

interface OpenedSession {
  readonly event: DownloadEvent;
  readonly lease: LeaseState;
  readonly opened: DownloadableItem;
}

/** Reads a new session: its files if the item is not opened yet; otherwise only its lease, which must have the same content version. */
const openOrResume = (
  { vc, item, stored, options }: SourceContext,
  sessionId: string,
  earlier: DownloadableItem | undefined,
): Observable<OpenedSession> => {
  if (earlier === undefined)
    return readSession(vc, item, sessionId).pipe(
      map((snapshot) => {
        const opened = selectFiles(snapshot, stored, options.files);
        return { event: opened.event, lease: opened.lease, opened };
      }),
    );
  return readLease(vc, sessionId).pipe(
    map((lease) => {
      if (lease.contentVersion !== earlier.lease.contentVersion) throw itemChangedError(sessionId);
      return { event: leaseEvent('renewed', lease), lease, opened: earlier };
    }),
  );
};

/** Prepares the files in a session and extends its lease, until all transfers are done or the session is lost. */
const runSession = (
  context: SessionContext,
  sessionId: string,
  { event, lease, opened }: OpenedSession,
): Observable<DownloadEvent> => {
  const { vc, prepared, transfers, notify } = context;
  const lost$ = new Subject<LeaseError>();
  const source: FileSource = {
    finalInfo: readFinalInfo(vc, sessionId),
    assertUnchanged: (name) => errorIfChanged(vc, opened, name, () => itemChangedError(sessionId)),
    // A session's file URLs return 404 once the session has ended.
    isLost: (thrown) => thrown instanceof LeaseError || isSessionGone(thrown),
    onLost: (thrown) => lost$.next(thrown instanceof LeaseError ? thrown : sessionGoneError(sessionId, thrown)),
  };
  const lease$ = keepLeaseAlive(vc, sessionId, lease, {
    progress: transfers.percentage,
    onRetry: (retry) => notify(toRetryingEvent(retry)),
  }).pipe(map((extended) => leaseEvent('extended', extended)));
  return concat(
    of(event),
    defer(() => {
      prepared.open(opened);
      return merge(
        lost$.pipe(concatMap((lost) => errorWithReason(vc, sessionId, lost))),
        prepareFiles(context, sessionId, source, opened),
        lease$,
      );
    }),
  ).pipe(takeUntil(transfers.done$));
};

/** Publishes the files as vCenter prepares them. Emits a `status` for each change of a file. */
const prepareFiles = (
  { vc, options, prepared, transfers, notify, toStatusEvents }: SessionContext,
  sessionId: string,
  source: FileSource,
  { names }: DownloadableItem,
): Observable<DownloadStatus> =>
  defer(() => {
    const notifyCaller = toRetryCallback(options.onRetry, 'onRetry');
    let lastChangeAt = asyncScheduler.now();
    let latest: readonly DownloadFileInfo[] = [];
    const pending = transfers.pending(names);
    return prepareAll(vc, sessionId, pending, {
      // The first files are transferred while the others are still being requested.
      emitsEarlyInfos: true,
      // A download polls at full speed in a hidden page, too.
      whileHidden: 0,
      ...options,
      onRetry: (retry) => {
        notifyCaller(retry);
        notify(toRetryingEvent(retry));
      },
    }).pipe(
      concatMap((infos) => {
        lastChangeAt = asyncScheduler.now();
        if (infos.length === pending.length) latest = infos;
        // In this order: a file that has failed has no more events.
        return concat(
          toStatusEvents(infos),
          defer(() => {
            prepared.publish(source, infos);
            return EMPTY;
          }),
        );
      }),
      // Active transfers have their own stall timeout. This one covers the periods when none is active.
      errorIfStalled({
        operation: preparationLabel(names.length),
        limit: stallTimeoutOf(options),
        host: authorityOf(vc.server),
        unchanged: () => unsettledStatuses(names, latest),
        waitingSince: () => {
          const idleSince = transfers.idleSince();
          return idleSince === undefined ? undefined : Math.max(idleSince, lastChangeAt);
        },
      }),
    );
  });

/** A transfer got a 404: reads the session to find out whether it expired, was cancelled or has failed. */
const errorWithReason = (vc: VCenter, sessionId: string, lost: LeaseError): Observable<never> =>
  readLease(vc, sessionId).pipe(
    catchError((thrown: unknown) => throwError(() => (thrown instanceof LeaseError ? thrown : lost))),
    concatMap(() => throwError(() => lost)),
  );

const leaseEvent = (state: DownloadLease['state'], { expires }: LeaseState): DownloadLease => ({
  type: 'lease',
  state,
  ...(expires === undefined ? {} : { expires }),
});

/** A download never mixes files of two content versions. */
const itemChangedError = (downloadSessionId: string): LeaseError =>
  new LeaseError({ downloadSessionId, ending: 'failed', reason: 'the item changed during the download' });
