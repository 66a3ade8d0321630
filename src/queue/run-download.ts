/** One run of a queued download: the files that earlier runs have not saved. */

import { concatMap, defer, of, tap, type Observable } from 'rxjs';
import type { VCenter } from '../connection/vcenter.ts';
import { downloadWithin } from '../download/download.ts';
import type { DownloadEvent, DownloadSaved } from '../download/events.ts';
import type { TransferLimits } from '../download/transfer-limits.ts';
import type { Sink } from '../transfer/sink.ts';
import type { QueueDownloadOptions } from './options.ts';
import { addSavedFiles, findSavedFiles, unsavedFiles } from './saved-files.ts';
import type { QueuedDownload } from './state.ts';

/** What a run needs. */
export interface RunOptions {
  readonly vc: VCenter;
  readonly limits: TransferLimits;
  readonly sink: Sink;
  readonly options: QueueDownloadOptions;
  /** Set until a run of this application has searched the sink: called with the saved files that it still has. */
  readonly onSavedFilesFound: ((files: readonly DownloadSaved[]) => void) | undefined;
}

/**
 * - Emits: the events of the download, as if this run had saved the files of the earlier ones.
 * - Completes: as `download` does.
 * - Errors: as `download` does; `ContentReplacedError` if the saved files are of another content.
 * - Unsubscribing: as `download` does.
 */
export const runDownload = (
  queued: QueuedDownload,
  { vc, limits, sink, options, onSavedFilesFound }: RunOptions,
): Observable<DownloadEvent> =>
  defer(() => {
    const { itemId: id, itemName: name, savedFiles = [] } = queued;
    const savedFiles$ =
      onSavedFilesFound === undefined ? of(savedFiles) : findSavedFiles(sink, queued).pipe(tap(onSavedFilesFound));
    return savedFiles$.pipe(
      concatMap((files) => {
        const download = { ...queued, savedFiles: files };
        const item = { id, ...(name === undefined ? {} : { name }) };
        return downloadWithin(limits, vc, item, sink, { ...options, files: unsavedFiles(download) }).pipe(
          addSavedFiles(download),
        );
      }),
    );
  });
