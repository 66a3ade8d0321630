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
import type { Retry } from '../connection/retrying.ts';
import type { VCenter } from '../connection/vcenter.ts';
import { LeaseError } from '../errors.ts';
import { tellerOf } from '../polling/budget.ts';
import { unlessStalled } from '../transfer/stall.ts';
import { goneError, isGone } from '../watching/lease-end.ts';
import { preparationOf, untilSettled } from '../watching/preparations.ts';
import { closingFacts } from './closing-facts.ts';
import type { DownloadEvent, Lease, Status } from './events.ts';
import { lease } from './lease.ts';
import { extended, leaseOf, type LeaseState } from './lease-state.ts';
import { choose, opening, type Item, type OpenedItem, type StoredFiles } from './opening.ts';
import { stallOf, type DownloadOptions } from './options.ts';
import type { FileSource, PreparedFiles } from './prepared-files.ts';
import { sessionsInTurn } from './sessions-in-turn.ts';
import { statuses } from './statuses.ts';
import type { Transfers } from './transfers.ts';

/** What a source of files works with. */
export interface SourceOptions {
  readonly vc: VCenter;
  readonly item: Item;
  readonly stored: StoredFiles;
  readonly options: DownloadOptions;
  readonly prepared: PreparedFiles;
  readonly transfers: Transfers;
  readonly onLost: () => void;
  readonly onRetry: (retry: Retry) => void;
}

/**
 * - Emits: `opened`, unless another source has; `lease` if it takes over; then `status` and `lease`.
 * - Completes: after the last file, when the session is deleted.
 * - Errors: as the files have; `LeaseError` when a session was cancelled, or four in a row were lost; `TimeoutError`, and as requests do.
 * - Unsubscribing: cancels and deletes the session.
 *
 * @param earlier - What another source has opened before.
 */
export const sessionSource = (context: SourceOptions, earlier?: OpenedItem): Observable<DownloadEvent> =>
  defer(() => {
    const { vc, item, transfers, onLost } = context;
    let opened = earlier;
    return sessionsInTurn({
      vc,
      itemId: item.id,
      use: (sessionId) =>
        openOrTakeOver(context, sessionId, opened).pipe(
          tap((begun) => {
            opened = begun.opened;
          }),
          concatMap((begun) => inSession(context, sessionId, begun)),
        ),
      reached: transfers.received,
      onLost,
    });
  });

interface Begun {
  readonly event: DownloadEvent;
  readonly lease: LeaseState;
  readonly opened: OpenedItem;
}

const openOrTakeOver = (
  { vc, item, stored, options }: SourceOptions,
  sessionId: string,
  earlier: OpenedItem | undefined,
): Observable<Begun> => {
  if (earlier === undefined)
    return opening(vc, item, sessionId).pipe(
      map((found) => {
        const opened = choose(found, stored, options.files);
        return { event: opened.opened, lease: opened.lease, opened };
      }),
    );
  return leaseOf(vc, sessionId).pipe(
    map((state) => {
      if (state.contentVersion !== earlier.lease.contentVersion) throw changedItem(sessionId);
      return { event: leaseEvent('renewed', state), lease: state, opened: earlier };
    }),
  );
};

const inSession = (
  context: SourceOptions,
  sessionId: string,
  { event, lease: known, opened }: Begun,
): Observable<DownloadEvent> => {
  const { vc, prepared, transfers } = context;
  const lost$ = new Subject<LeaseError>();
  const source: FileSource = {
    finalInfo: closingFacts(vc, sessionId),
    // The addresses of a session's files return 404 once the session has ended.
    isLost: (thrown) => thrown instanceof LeaseError || isGone(thrown),
    onLost: (thrown) => lost$.next(thrown instanceof LeaseError ? thrown : goneError(sessionId, thrown)),
  };
  const lease$ = lease(known, extended(vc, sessionId, transfers.percentage)).pipe(map((next) => leaseEvent('extended', next)));
  return concat(
    of(event),
    defer(() => {
      prepared.open(opened);
      return merge(
        lost$.pipe(concatMap((error) => reasonOfLoss(vc, sessionId, error))),
        preparing(context, sessionId, source, opened),
        lease$,
      );
    }),
  ).pipe(takeUntil(transfers.done$));
};

const preparing = (
  { vc, options, prepared, transfers, onRetry }: SourceOptions,
  sessionId: string,
  source: FileSource,
  { names }: OpenedItem,
): Observable<Status> =>
  defer(() => {
    let heardAt = asyncScheduler.now();
    return untilSettled(
      vc,
      sessionId,
      transfers.pending(names),
      // A download is no picture that somebody looks at: it goes on in a hidden page, too.
      { whileHidden: 0, ...options, onRetry: both(tellerOf(options.onRetry), onRetry) },
    ).pipe(
      tap((infos) => {
        heardAt = asyncScheduler.now();
        prepared.publish(source, infos);
      }),
      statuses,
      unlessStalled({
        operation: preparationOf(names.length),
        limit: stallOf(options),
        waitingSince: () => {
          const idleSince = transfers.idleSince();
          return idleSince === undefined ? undefined : Math.max(idleSince, heardAt);
        },
      }),
    );
  });

const both =
  (first: (retry: Retry) => void, second: (retry: Retry) => void) =>
  (retry: Retry): void => {
    first(retry);
    second(retry);
  };

/** A transfer has found its address gone; how the session ended is the session's to tell. */
const reasonOfLoss = (vc: VCenter, sessionId: string, lost: LeaseError): Observable<never> =>
  leaseOf(vc, sessionId).pipe(
    catchError((thrown: unknown) => throwError(() => (thrown instanceof LeaseError ? thrown : lost))),
    concatMap(() => throwError(() => lost)),
  );

const leaseEvent = (state: Lease['state'], { expires }: LeaseState): Lease => ({
  type: 'lease',
  state,
  ...(expires === undefined ? {} : { expires }),
});

/** Files of two versions are no item. */
const changedItem = (downloadSessionId: string): LeaseError =>
  new LeaseError({ downloadSessionId, ending: 'failed', reason: 'the item was changed while its files were on their way' });
