/** The whole story: open, list, prepare, transfer, prove, close, whatever happens. */

import {
  asyncScheduler,
  catchError,
  concat,
  concatMap,
  connect,
  defer,
  distinct,
  distinctUntilChanged,
  finalize,
  from,
  groupBy,
  map,
  merge,
  mergeMap,
  of,
  takeUntil,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { bracket, type Ending } from './bracket.ts';
import { cancelDownloadSession, createDownloadSession, deleteDownloadSession } from './endpoints/download-session.ts';
import { isContentLibraryError } from './errors.ts';
import type { Closed, DownloadEvent, Failed, Progress, Saved, Status } from './events.ts';
import { fileDownload } from './file-download.ts';
import type { DownloadFileInfo } from './model/download-file.ts';
import type { ChecksumInfo } from './model/transfer.ts';
import { opening, type ItemRef } from './opening.ts';
import { isSame, refuseError, type WaitOptions } from './preparation.ts';
import { preparationOf, untilSettled } from './preparations.ts';
import type { Sink } from './sink.ts';
import { unlessStalled } from './stall.ts';
import { wire, type VCenter } from './vcenter.ts';

/** Options of {@link download}. */
export interface DownloadOptions extends WaitOptions<readonly DownloadFileInfo[]> {
  /** Names of the files, or which of them. @default all files of the item */
  readonly files?: readonly string[] | ((name: string) => boolean);
  /** Files fetched at the same time. @default 2 */
  readonly concurrency?: number;
  /** Go on with the other files when one fails; a `failed` event tells of it. @default false */
  readonly continueOnError?: boolean;
  /** Milliseconds without a byte and without news of any file after which to give up. @default 120_000 */
  readonly timeout?: number;
}

/** Milliseconds for leaving the server clean. */
const cleanUpTime = 5000;

/**
 * Downloads the files of an item into a sink: each is complete and proven, or not there.
 *
 * - Emits: {@link DownloadEvent}s: `opened`, then `status`, `progress` and `saved` of all files interleaved, `closed` at last.
 * - Completes: after `closed`, when the download session is deleted.
 * - Errors: with the first failure of a file (unless `continueOnError`), or of the download session; by then the session was cancelled
 *   and deleted. Every error is a `ContentLibraryError`.
 * - Unsubscribing: aborts every transfer, lets the sink discard what is not whole, cancels and deletes the session; `logout` waits for it.
 */
export const download = (vc: VCenter, item: ItemRef, sink: Sink, options: DownloadOptions = {}): Observable<DownloadEvent> =>
  defer(() => {
    const started = asyncScheduler.now();
    const known = typeof item === 'string' ? { id: item } : item;
    let closed: Closed = { type: 'closed', files: 0, failed: 0, bytes: 0, duration: 0 };

    const inSession$ = bracket({
      acquire: createDownloadSession(vc, known.id),
      use: (sessionId) => throughSession(vc, known, sessionId, sink, options),
      release: (sessionId, ending) => leaveClean(vc, sessionId, ending),
      hold: () => vc[wire].hold(),
    }).pipe(
      tap((event) => {
        if (event.type === 'saved') closed = { ...closed, files: closed.files + 1, bytes: closed.bytes + event.bytes };
        if (event.type === 'failed') closed = { ...closed, failed: closed.failed + 1 };
      }),
    );
    return concat(
      inSession$,
      defer(() => of({ ...closed, duration: asyncScheduler.now() - started })),
    );
  });

const throughSession = (
  vc: VCenter,
  item: Exclude<ItemRef, string>,
  sessionId: string,
  sink: Sink,
  options: DownloadOptions,
): Observable<DownloadEvent> => {
  const { files, concurrency = 2, continueOnError = false, timeout: stall = 120_000, ...wait } = options;

  const oneFile = (info: DownloadFileInfo, stated: ReadonlyMap<string, ChecksumInfo>): Observable<Progress | Saved | Failed> =>
    defer(() => fileDownload({ vc, sessionId, info: refuseError(info), sink, stated: stated.get(info.name), stall })).pipe(
      catchError((error: unknown) =>
        continueOnError && isContentLibraryError(error)
          ? of<Failed>({ type: 'failed', file: info.name, error })
          : throwError(() => error),
      ),
    );

  return opening(vc, item, sessionId).pipe(
    concatMap(({ opened, stated }) => {
      const listed = new Map(opened.files.map((file) => [file.name, file]));
      const names = typeof files === 'object' ? files : [...listed.keys()].filter(files ?? (() => true));
      const chosen = names.map((name) => listed.get(name) ?? { name });
      let transfers = 0;
      let newsAt = asyncScheduler.now();
      const counted = <A>(file$: Observable<A>): Observable<A> => {
        transfers += 1;
        return file$.pipe(
          finalize(() => {
            transfers -= 1;
            newsAt = asyncScheduler.now();
          }),
        );
      };
      const events$ = untilSettled(vc, sessionId, names, wait).pipe(
        tap(() => {
          newsAt = asyncScheduler.now();
        }),
        connect((infos$) =>
          merge(
            infos$.pipe(statuses),
            infos$.pipe(
              mergeMap((infos) => infos.filter(({ status }) => status === 'PREPARED' || status === 'ERROR')),
              distinct(({ name }) => name),
              mergeMap((info) => counted(oneFile(info, stated)), concurrency),
            ),
          ),
        ),
        // While bytes flow nothing stands still; a transfer that does looks after itself.
        unlessStalled({
          operation: preparationOf(names.length),
          limit: stall,
          waitingSince: () => (transfers === 0 ? newsAt : undefined),
        }),
      );
      return concat(of({ ...opened, files: chosen }), events$);
    }),
  );
};

const statuses = (infos$: Observable<readonly DownloadFileInfo[]>): Observable<Status> =>
  infos$.pipe(
    mergeMap((infos) => from(infos)),
    groupBy(({ name }) => name),
    mergeMap((file$) => file$.pipe(distinctUntilChanged(isSame))),
    map(({ name, status, bytes_transferred, size }) => ({
      type: 'status',
      file: name,
      status,
      bytesTransferred: bytes_transferred,
      ...(size === undefined ? {} : { size }),
    })),
  );

/** Whole: delete. Not whole: cancel first, which kills the addresses of the files and ends transfers that still run. */
const leaveClean = (vc: VCenter, sessionId: string, ending: Ending): Observable<void> => {
  const canceled$ =
    ending === 'complete' ? of(undefined) : cancelDownloadSession(vc, sessionId).pipe(catchError(() => of(undefined)));
  return concat(canceled$, deleteDownloadSession(vc, sessionId)).pipe(takeUntil(timer(cleanUpTime)));
};
