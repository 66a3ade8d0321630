/** Hands prepared files over from their source (a download session, or the item's links) to the transfers. */

import { AsyncSubject, BehaviorSubject, concatMap, distinct, filter, map, mergeMap, take, type Observable } from 'rxjs';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { throwIfFailed } from '../watching/preparation.ts';
import { isSettled } from '../watching/preparations.ts';
import type { DownloadableItem } from './downloadable-item.ts';

/** The origin of prepared files: a download session, or the links of the item. */
export interface FileSource {
  /** Reads what vCenter states about a file once its last byte was fetched. */
  readonly finalInfo: (name: string, needsChecksum: boolean) => Observable<DownloadFileInfo | undefined>;
  /** Completes if the content of a file has not changed since the item was opened; otherwise errors with an error that is `isLost`. */
  readonly assertUnchanged: (name: string) => Observable<never>;
  /** Returns true if a failed transfer means that the source is lost: the addresses of its files no longer work. */
  readonly isLost: (thrown: unknown) => boolean;
  /** Called with the error of a transfer for which `isLost` returned true. */
  readonly onLost: (thrown: unknown) => void;
}

/** A file that can be fetched now. */
export interface PreparedFile {
  readonly info: DownloadFileInfo;
  readonly source: FileSource;
}

/** The files of the current source. A download has one source at a time. */
export interface PreparedFiles {
  /** Emits the opened item once, and completes. */
  readonly opened$: Observable<DownloadableItem>;
  /** Opens the item; later calls have no effect. */
  readonly open: (item: DownloadableItem) => void;
  /** Publishes the state of all files, replacing what was published before. */
  readonly publish: (source: FileSource, infos: readonly DownloadFileInfo[]) => void;
  /** Returns the state of all files as it was published last. */
  readonly latest: () => readonly DownloadFileInfo[];
  /** Emits the name of each file once it is prepared or has failed; completes after `count` names. */
  readonly whenSettled: (count: number) => Observable<string>;
  /** Emits a file once a source other than `except` has prepared it. Errors with `PreparationError` if its preparation failed. */
  readonly get: (name: string, except: FileSource | undefined) => Observable<PreparedFile>;
}

/** Creates the hand-over, with nothing published yet. */
export const createPreparedFiles = (): PreparedFiles => {
  const opened$ = new AsyncSubject<DownloadableItem>();
  const published$ = new BehaviorSubject<{ source: FileSource; infos: readonly DownloadFileInfo[] } | undefined>(undefined);
  const current$ = published$.pipe(filter((published) => published !== undefined));
  return {
    opened$,
    open: (item) => {
      opened$.next(item);
      opened$.complete();
    },
    publish: (source, infos) => published$.next({ source, infos }),
    latest: () => published$.value?.infos ?? [],
    whenSettled: (count) =>
      current$.pipe(
        mergeMap(({ infos }) => infos.filter(isSettled)),
        map(({ name }) => name),
        distinct(),
        take(count),
      ),
    get: (name, except) =>
      current$.pipe(
        filter(({ source }) => source !== except),
        concatMap(({ source, infos }) =>
          infos.filter((info) => info.name === name && isSettled(info)).map((info) => ({ source, info: throwIfFailed(info) })),
        ),
        take(1),
      ),
  };
};
