/** All files of one download on their way into the sink: how many at a time, how far they are, and when the last one has ended. */

import { asyncScheduler, catchError, concatMap, EMPTY, of, ReplaySubject, Subject, tap, throwError, type Observable } from 'rxjs';
import type { VCenter } from '../connection/vcenter.ts';
import { isContentLibraryError } from '../errors/index.ts';
import { createRangeState, createRangePlan, type RangeState } from '../transfer/ranges/range-plan.ts';
import type { Sink } from '../transfer/sink.ts';
import type { DownloadFailed, DownloadProgress, DownloadRetrying, DownloadSaved } from './events.ts';
import { downloadFile, type DownloadFileOptions } from './download-file.ts';
import { mergeMapAdaptive, type ConnectionSlot } from '../operators/merge-map-adaptive.ts';
import type { OpenedItem } from './opened-item.ts';
import { stallTimeoutOf, type DownloadOptions } from './options.ts';
import type { PreparedFiles } from './prepared-files.ts';
import { createProgressTotals } from './tally.ts';

type FileEvent = DownloadProgress | DownloadSaved | DownloadFailed;

/** The transfers of one download, as its sources see them. */
export interface Transfers {
  /** Emits what happens to the files. Completes after the last one; an error that ends the download is reported by `done$` alone. */
  readonly events$: Observable<FileEvent>;
  /** Emits once after the last file; errors with the failure that ends the download. */
  readonly done$: Observable<void>;
  /** Which of these have not ended yet. */
  readonly pending: (names: readonly string[]) => readonly string[];
  /** 0 to 100, never less than before; `undefined` while a length is not known. */
  readonly percentage: () => number | undefined;
  /** The most bytes that were ever there. */
  readonly received: () => number;
  /** Since when no file has moved, in milliseconds; `undefined` while bytes are coming. */
  readonly idleSince: () => number | undefined;
}

/** What the transfers of a download need. */
export interface TransfersOptions {
  readonly vc: VCenter;
  readonly itemId: string;
  readonly sink: Sink;
  readonly prepared: PreparedFiles;
  readonly options: DownloadOptions;
  readonly onRetry: (retrying: DownloadRetrying) => void;
}

const { random } = Math;

/** They begin as soon as the item's files are known. */
export const createTransfers = ({ vc, itemId, sink, prepared, options, onRetry }: TransfersOptions): Transfers => {
  const { concurrency: maxConcurrency = 2, continueOnError = false, fileRetry = {} } = options;
  const { attempts = 5, delay = 500 } = fileRetry === false ? { attempts: 1 } : fileRetry;
  const plan = createRangePlan(maxConcurrency);
  const busy$ = new Subject<void>();
  const done$ = new ReplaySubject<void>(1);
  const doneNames = new Set<string>();
  let tally = createProgressTotals([]);
  let activeTransfers = 0;
  let lastActivityAt = asyncScheduler.now();

  const downloadFileOptions = (
    { stored, lease: { contentVersion } }: OpenedItem,
    name: string,
    parts: RangeState,
  ): DownloadFileOptions => {
    const file = stored.get(name);
    const content = contentVersion === undefined ? undefined : { itemId, contentVersion };
    return {
      vc,
      name,
      sink,
      prepared: (except) => prepared.get(name, except),
      content: content && file ? { ...content, fileVersion: file.version } : content,
      expectedChecksum: file?.checksum_info,
      stallTimeout: stallTimeoutOf(options),
      ranges: parts,
      retryPolicy: { attempts, delay, random },
      onActiveChange: (change) => {
        activeTransfers += change;
        lastActivityAt = asyncScheduler.now();
      },
      onRetry: (retrying, isBusy) => {
        onRetry(retrying);
        if (isBusy) busy$.next();
      },
    };
  };
  const transferOrReport = (item: OpenedItem, name: string, lane: ConnectionSlot): Observable<FileEvent> =>
    downloadFile(downloadFileOptions(item, name, createRangeState({ plan, slot: lane, onBusy: () => busy$.next() }))).pipe(
      catchError((error: unknown) =>
        continueOnError && isContentLibraryError(error)
          ? of<DownloadFailed>({ type: 'failed', file: name, error })
          : throwError(() => error),
      ),
      tap({ complete: () => doneNames.add(name) }),
    );

  const events$ = prepared.opened$.pipe(
    concatMap((item) => {
      tally = createProgressTotals(item.names);
      return prepared
        .settled(item.names.length)
        .pipe(mergeMapAdaptive((name: string, lane) => transferOrReport(item, name, lane), { maxConcurrency, busy$ }));
    }),
    tap({
      next: (event) => {
        lastActivityAt = asyncScheduler.now();
        tally.add(event);
      },
      error: (thrown: unknown) => done$.error(thrown),
      complete: () => done$.next(),
    }),
    // The source of the files errors with it, once it has left the server clean.
    catchError(() => EMPTY),
  );
  return {
    events$,
    done$,
    pending: (names) => names.filter((name) => !doneNames.has(name)),
    percentage: () => tally.percentage(),
    received: () => tally.reached(),
    idleSince: () => (activeTransfers === 0 ? lastActivityAt : undefined),
  };
};
