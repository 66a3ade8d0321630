/** The whole download: open, list, prepare, transfer, verify, close, whatever happens. */

import {
  asyncScheduler,
  catchError,
  concat,
  concatMap,
  defer,
  finalize,
  merge,
  of,
  Subject,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import { withRetryListener, type VCenter } from '../connection/vcenter.ts';
import type { Sink } from '../transfer/sink.ts';
import type { DownloadClosed, DownloadEvent, DownloadLease, DownloadRetrying } from './events.ts';
import { findLinks, LinkRefusedError, linkSource } from './link-source.ts';
import { readStoredFiles, type ItemRef } from './opened-item.ts';
import type { DownloadOptions } from './options.ts';
import { createPreparedFiles } from './prepared-files.ts';
import { sessionSource, type SourceContext } from './session-source.ts';
import { createTransfers as transfersOf } from './transfers.ts';

/**
 * Downloads the files of an item into a sink: each is complete and proven, or not there.
 *
 * While it runs it keeps the leases of the download session and of the login alive. A file whose connection breaks goes on where it stood,
 * or starts over where the server cannot send the rest alone. A download session that is lost is replaced by another one. Where the files
 * have links of their own (since 9.0) there is no session, unless a link is refused.
 *
 * - Emits: {@link DownloadEvent}s: `opened`, then `status`, `progress`, `retrying`, `lease` and `saved` interleaved, `closed` at last.
 * - Completes: after `closed`, when the download session is deleted.
 * - Errors: with the first failure of a file (unless `continueOnError`) that trying again did not cure, or of the download session; by then
 *   the session was cancelled and deleted. Every error is a `ContentLibraryError`.
 * - Unsubscribing: aborts every transfer, lets the sink keep or discard what is not whole, cancels and deletes the session; `logout` waits
 *   for it.
 */
export const download = (vc: VCenter, item: ItemRef, sink: Sink, options: DownloadOptions = {}): Observable<DownloadEvent> =>
  defer(() => {
    const ref = typeof item === 'string' ? { id: item } : item;
    // Events that belong to neither a source nor a file.
    const notices$ = new Subject<DownloadRetrying | DownloadLease>();
    const onLost = (): void => notices$.next({ type: 'lease', state: 'lost' });
    const onRetry = ({ attempt, delay, error }: Omit<DownloadRetrying, 'type'>): void =>
      notices$.next({ type: 'retrying', attempt, delay, error });
    const client = withRetryListener(vc, onRetry);

    // A source prepares files and publishes them; transfers fetch them and say when all is done.
    const prepared = createPreparedFiles();
    const transfers = transfersOf({
      vc: client,
      itemId: ref.id,
      sink,
      prepared,
      options,
      onRetry: (retrying) => notices$.next(retrying),
    });
    const source$ = readStoredFiles(client, ref.id).pipe(
      concatMap((stored) => openSource({ vc: client, item: ref, stored, options, prepared, transfers, onLost, onRetry })),
      finalize(() => notices$.complete()),
    );
    return merge(source$, transfers.events$, notices$).pipe(appendClosed);
  });

/** The item's own links where it has them; download sessions where it has none, and when a link is refused. */
const openSource = (context: SourceContext): Observable<DownloadEvent> =>
  findLinks(context).pipe(
    concatMap((linked) => {
      if (linked === undefined) return sessionSource(context);
      return linkSource(context, linked).pipe(
        catchError((thrown: unknown) => {
          if (!(thrown instanceof LinkRefusedError)) return throwError(() => thrown);
          context.onLost();
          return sessionSource(context, linked.opened);
        }),
      );
    }),
  );

/** Adds the totals as the last event. */
const appendClosed = (events$: Observable<DownloadEvent>): Observable<DownloadEvent> =>
  defer(() => {
    const started = asyncScheduler.now();
    let closed: DownloadClosed = { type: 'closed', files: 0, failed: 0, bytes: 0, duration: 0 };
    return concat(
      events$.pipe(
        tap((event) => {
          if (event.type === 'saved') closed = { ...closed, files: closed.files + 1, bytes: closed.bytes + event.bytes };
          if (event.type === 'failed') closed = { ...closed, failed: closed.failed + 1 };
        }),
      ),
      defer(() => of({ ...closed, duration: asyncScheduler.now() - started })),
    );
  });
