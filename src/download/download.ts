/** Downloads the files of a library item into a sink. */

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
  throwError,
  type Observable,
} from 'rxjs';
import { withLimit, withRetryListener } from '../connection/derived-connection.ts';
import { internals, internalsOf, type VCenter } from '../connection/vcenter.ts';
import { invalidOptionError } from '../errors/invalid-option-error.ts';
import type { Sink } from '../transfer/sink.ts';
import { checkSink, plannedFiles } from './check-sink.ts';
import { openedEvent, readStoredFiles, type Item, type ItemRef } from './downloadable-item.ts';
import { toRetryingEvent, type DownloadClosed, type DownloadEvent, type DownloadNotice, type DownloadSaved } from './events.ts';
import { findAllExisting } from './existing-files.ts';
import { findLinks, LinkRefusedError, linkSource } from './link-source.ts';
import { assertDownloadOptions, stallTimeoutOf, type DownloadOptions } from './options.ts';
import { createPreparedFiles } from './prepared-files.ts';
import type { TransferSummary } from './progress-totals.ts';
import { sessionSource, type SourceContext } from './session-source.ts';
import { createTransferLimits, type TransferLimits } from './transfer-limits.ts';
import { createTransfers } from './transfers.ts';

/**
 * Downloads the files of an item into a sink. A file is either complete and verified, or not there.
 *
 * Keeps the leases of the download session and of the login alive. A file whose connection breaks is resumed, or restarted if the server
 * does not support byte ranges. A lost download session is replaced by a new one. If all files have links of their own (since vSphere 9.0),
 * no session is created unless the server refuses a link. If the sink has every file already, with the checksums that the library states,
 * none is needed.
 *
 * - Emits: {@link DownloadEvent}s: `opened` first; `status`, `progress`, `retrying`, `lease` and `saved` interleaved; `closed` last.
 * - Completes: after `closed`, once the download session is deleted.
 * - Errors: with the first failure of the download session, or of a file (unless `continueOnError`), that retries did not cure. By then the
 *   session is cancelled and deleted. Every error is a `ContentLibraryError`.
 * - Unsubscribing: aborts every transfer, suspends or discards incomplete files in the sink, cancels and deletes the session; `logout`
 *   waits for that.
 */
export const download = (vc: VCenter, item: ItemRef, sink: Sink, options: DownloadOptions = {}): Observable<DownloadEvent> =>
  downloadWithin(undefined, vc, item, sink, options);

/**
 * @internal The same as {@link download}, with limits that several downloads share.
 *
 * @param sharedLimits - If not set, the limits are those of the options.
 */
export const downloadWithin = (
  sharedLimits: TransferLimits | undefined,
  vc: VCenter,
  item: ItemRef,
  sink: Sink,
  options: DownloadOptions,
): Observable<DownloadEvent> =>
  defer(() => {
    const { untilClosed } = internalsOf(vc);
    assertDownloadOptions(options);
    assertDownloadArguments(item, sink);
    const limits = sharedLimits ?? createTransferLimits(options);
    const startedAt = asyncScheduler.now();
    const ref = typeof item === 'string' ? { id: item } : item;
    const notices$ = new Subject<DownloadNotice>();
    const notify = (notice: DownloadNotice): void => {
      if (notice.type === 'warning') options.onWarning?.(notice);
      notices$.next(notice);
    };
    const client = withRetryListener(withLimit(vc, stallTimeoutOf(options)), (retry) => notify(toRetryingEvent(retry)));

    // The source publishes prepared files and the transfers fetch them; when `transfers.done$` emits, the source completes.
    const prepared = createPreparedFiles();
    const transfers = createTransfers({ vc: client, itemId: ref.id, sink, prepared, options, limits, notify });
    let summarize = transfers.summary;
    const files$ = readStoredFiles(client, ref.id).pipe(
      concatMap((stored) => {
        const files = plannedFiles(stored, options);
        const checked$ = files === undefined ? of(undefined) : checkSink(sink, files);
        return checked$.pipe(
          concatMap(() => findAllExisting(sink, stored, options)),
          concatMap((existing) => {
            if (existing === undefined)
              return merge(
                openSource({ vc: client, item: ref, stored, options, prepared, transfers, notify }),
                transfers.events$,
              );
            summarize = () => summaryOf(existing);
            return existingFiles(client, ref, existing);
          }),
        );
      }),
      finalize(() => notices$.complete()),
    );
    const closed$ = defer(() =>
      of<DownloadClosed>({ type: 'closed', ...summarize(), duration: asyncScheduler.now() - startedAt }),
    );
    return concat(merge(files$, notices$), closed$).pipe(untilClosed('download'));
  });

/** Emits the events of files that the sink has already. */
const existingFiles = (vc: VCenter, item: Item, existing: readonly DownloadSaved[]): Observable<DownloadEvent> =>
  vc[internals].apiSession$.pipe(
    concatMap(({ dialect }) => {
      const files = existing.map(({ file, bytes }) => ({ name: file, size: bytes }));
      return of(openedEvent(item, { dialect, strategy: 'none', contentVersion: '', files }), ...existing);
    }),
  );

const summaryOf = (existing: readonly DownloadSaved[]): TransferSummary => ({
  files: existing.length,
  failed: 0,
  bytes: existing.reduce((sum, { bytes }) => sum + bytes, 0),
});

/** @throws TypeError if an argument of {@link download} is invalid. */
export const assertDownloadArguments = (item: unknown, sink: unknown): void => {
  if (typeof item !== 'string' && !(typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string'))
    throw invalidOptionError('item', 'an identifier, or an object with an id', item);
  if (typeof sink !== 'object' || sink === null || !('open' in sink))
    throw invalidOptionError('sink', "a sink, such as toDirectory('downloads')", sink);
};

/** Uses the item's own links if every file has one. Falls back to download sessions if a link is missing or refused. */
const openSource = (context: SourceContext): Observable<DownloadEvent> =>
  findLinks(context).pipe(
    concatMap((linked) => {
      if (linked === undefined) return sessionSource(context);
      return linkSource(context, linked).pipe(
        catchError((thrown: unknown) => {
          if (!(thrown instanceof LinkRefusedError)) return throwError(() => thrown);
          context.notify({ type: 'lease', state: 'lost' });
          return sessionSource(context, linked.opened);
        }),
      );
    }),
  );
