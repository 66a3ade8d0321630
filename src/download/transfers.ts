/** Transfers all files of a download into the sink: concurrency, progress, and when the last file is done. */

import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  concatMap,
  defer,
  first,
  ignoreElements,
  of,
  ReplaySubject,
  shareReplay,
  Subject,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import { internals, type VCenter } from '../connection/vcenter.ts';
import { isContentLibraryError } from '../errors/index.ts';
import { mergeMapAdaptive, type ConnectionSlot } from '../operators/merge-map-adaptive.ts';
import { createRangeState } from '../transfer/ranges/range-plan.ts';
import type { PlannedFile, Sink } from '../transfer/sink.ts';
import type { SpeedMeter } from '../transfer/speed-floor.ts';
import { checkSink } from './check-sink.ts';
import { chosenOrder } from './chosen-order.ts';
import { downloadFile, type DownloadFileOptions } from './download-file.ts';
import type { DownloadableItem } from './downloadable-item.ts';
import type { DownloadFailed, DownloadNotice } from './events.ts';
import { speedFloorOf, stallTimeoutOf, type DownloadOptions } from './options.ts';
import type { PreparedFiles } from './prepared-files.ts';
import { createProgressTotals, type FileEvent, type ProgressTotals } from './progress-totals.ts';
import type { TransferLimits } from './transfer-limits.ts';

/** The transfers of one download. */
export interface Transfers extends Pick<ProgressTotals, 'received' | 'percentage' | 'summary'> {
  /** Emits the events of all files, and completes after the last one. An error that ends the download is reported by `done$` only. */
  readonly events$: Observable<FileEvent>;
  /** Emits once after the last file. Errors with the failure that ends the download, once the sink has released every file. */
  readonly done$: Observable<void>;
  /** Returns those of the names whose transfer has not ended. */
  readonly pending: (names: readonly string[]) => readonly string[];
  /** Returns the time of the last activity, in milliseconds; `undefined` while a transfer is active. */
  readonly idleSince: () => number | undefined;
}

/** What the transfers of a download need. */
export interface TransfersOptions {
  readonly vc: VCenter;
  readonly itemId: string;
  readonly sink: Sink;
  readonly prepared: PreparedFiles;
  readonly options: DownloadOptions;
  readonly limits: TransferLimits;
  /** Called before each retry of a file, and with each warning of the sink. */
  readonly notify: (notice: DownloadNotice) => void;
}

const { random } = Math;

/** Connections at first. A server that allows three of them refuses one, not five. */
const INITIAL_CONCURRENCY = 4;

/** Creates the transfers. They start when the item is opened and `events$` is subscribed to. */
export const createTransfers = ({ vc, itemId, sink, prepared, options, limits, notify }: TransfersOptions): Transfers => {
  const { maxConcurrency, pool, plan, rateLimiter } = limits;
  const { continueOnError = false, fileRetry = {}, sha256 = false, nextFile } = options;
  const { attempts = 5, delay = 500 } = fileRetry === false ? { attempts: 1 } : fileRetry;
  const busy$ = new Subject<void>();
  const done$ = new ReplaySubject<void>(1);
  const doneNames = new Set<string>();
  const ended$ = new Subject<void>();
  const pending = (names: readonly string[]): readonly string[] => names.filter((name) => !doneNames.has(name));
  /** The number of files that the sink has open, opens or releases. */
  const openFiles$ = new BehaviorSubject(0);
  let totals = createProgressTotals([]);
  const meters: SpeedMeter[] = [];
  const createMeter = (): SpeedMeter => {
    const meter = { bytes: 0, isPaused: true };
    meters.push(meter);
    return meter;
  };
  let activeTransfers = 0;
  let lastActivityAt = asyncScheduler.now();

  const fileOptions = (item: DownloadableItem, name: string, slot: ConnectionSlot): DownloadFileOptions => {
    const { stored, lease } = item;
    const file = stored.get(name);
    const content = lease.contentVersion === undefined ? undefined : { itemId, contentVersion: lease.contentVersion };
    return {
      vc,
      name,
      sink,
      prepared: (except) => prepared.get(name, except),
      content: content && file ? { ...content, fileVersion: file.version } : content,
      expectedChecksum: file?.checksum_info,
      sha256,
      stallTimeout: stallTimeoutOf(options),
      speedFloor: speedFloorOf(options),
      meter: createMeter(),
      rateLimiter,
      ranges: createRangeState({ plan, slot, onBusy: () => busy$.next() }),
      retryPolicy: { attempts, delay, random },
      beginWork: () => {
        openFiles$.next(openFiles$.value + 1);
        const endWork = vc[internals].beginWork();
        return () => {
          endWork();
          openFiles$.next(openFiles$.value - 1);
        };
      },
      onActiveChange: (change) => {
        activeTransfers += change;
        lastActivityAt = asyncScheduler.now();
      },
      others: () => unsavedFiles(item).filter((other) => other.name !== name),
      onRetry: (retrying, isBusy) => {
        notify(retrying);
        if (isBusy) busy$.next();
      },
      onWarning: notify,
    };
  };
  /** The files that are not saved yet, with their sizes as far as they are known. */
  const unsavedFiles = ({ event, stored, names }: DownloadableItem): readonly PlannedFile[] => {
    const sizes = new Map([...event.files, ...prepared.latest()].map(({ name, size }) => [name, size]));
    return pending(names).map((name) => {
      const size = sizes.get(name) ?? stored.get(name)?.size;
      return { name, ...(size === undefined ? {} : { size }) };
    });
  };
  // Sizes are known when the first file is prepared.
  const checkSizes = (item: DownloadableItem): Observable<unknown> =>
    defer(() => {
      const files = unsavedFiles(item);
      return continueOnError || files.every(({ size }) => size === undefined) ? of(undefined) : checkSink(sink, files);
    }).pipe(shareReplay(1));

  const transferFile = (
    item: DownloadableItem,
    sizesChecked$: Observable<unknown>,
    name: string,
    slot: ConnectionSlot,
  ): Observable<FileEvent> =>
    sizesChecked$.pipe(
      concatMap(() => downloadFile(fileOptions(item, name, slot))),
      catchError((error: unknown) =>
        continueOnError && isContentLibraryError(error)
          ? of<DownloadFailed>({ type: 'failed', file: name, error })
          : throwError(() => error),
      ),
      tap({
        complete: () => {
          doneNames.add(name);
          ended$.next();
        },
      }),
    );

  const events$ = prepared.opened$.pipe(
    concatMap((item) => {
      totals = createProgressTotals(item.names);
      const sizesChecked$ = checkSizes(item);
      const settled$ = prepared.whenSettled(item.names.length);
      const names$ = nextFile ? chosenOrder({ nextFile, pending: () => pending(item.names), ended$, settled$ }) : settled$;
      return names$.pipe(
        mergeMapAdaptive((name: string, slot) => transferFile(item, sizesChecked$, name, slot), {
          maxConcurrency,
          initialConcurrency: INITIAL_CONCURRENCY,
          received: () => meters.reduce((total, { bytes }) => total + bytes, 0),
          busy$,
          pool,
        }),
      );
    }),
    tap({
      next: (event) => {
        lastActivityAt = asyncScheduler.now();
        totals.add(event);
      },
      complete: () => done$.next(),
    }),
    // The error is not emitted here: the source emits it once it has deleted its session. A retry finds no file in use.
    catchError((thrown: unknown) =>
      openFiles$.pipe(
        first((count) => count === 0),
        tap(() => done$.error(thrown)),
        ignoreElements(),
      ),
    ),
  );
  return {
    events$,
    done$,
    pending,
    received: () => totals.received(),
    percentage: () => totals.percentage(),
    idleSince: () => (activeTransfers === 0 ? lastActivityAt : undefined),
    summary: () => totals.summary(),
  };
};
