/** Where a download session publishes the files it has prepared, and where each transfer waits for its own. */

import { AsyncSubject, BehaviorSubject, concatMap, distinct, filter, map, mergeMap, take, type Observable } from 'rxjs';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { throwIfFailed } from '../watching/preparation.ts';
import { isSettled } from '../watching/preparations.ts';
import type { OpenedItem } from './opened-item.ts';

/** What prepared a file: a download session, or the links of the item itself. */
export interface FileSource {
  /** Reads what vCenter states about a file once its last byte was fetched. */
  readonly finalInfo: (name: string, needsChecksum: boolean) => Observable<DownloadFileInfo | undefined>;
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

/** The hand-over from the sources of a download, of which there is one at a time, to its transfers. */
export interface PreparedFiles {
  /** Emits once, when the item's files are known, and completes. */
  readonly opened$: Observable<OpenedItem>;
  readonly open: (item: OpenedItem) => void;
  /** Publishes the state of all files; replaces what was published before. */
  readonly publish: (source: FileSource, infos: readonly DownloadFileInfo[]) => void;
  /** Emits the name of each file once it is prepared or has failed; completes after `count` of them. */
  readonly settled: (count: number) => Observable<string>;
  /** Waits for a file, prepared by another source than `except`. Errors with `PreparationError` if its preparation failed. */
  readonly get: (name: string, except: FileSource | undefined) => Observable<PreparedFile>;
}

/** Nothing is published yet. */
export const createPreparedFiles = (): PreparedFiles => {
  const openedItem$ = new AsyncSubject<OpenedItem>();
  const published$ = new BehaviorSubject<{ source: FileSource; infos: readonly DownloadFileInfo[] } | undefined>(undefined);
  const current$ = published$.pipe(filter((published) => published !== undefined));
  return {
    opened$: openedItem$,
    open: (item) => {
      openedItem$.next(item);
      openedItem$.complete();
    },
    publish: (source, infos) => published$.next({ source, infos }),
    settled: (count) =>
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
