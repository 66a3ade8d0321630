/** An entry of a queue: a download and what belongs to it in this run of the application. */

import type { Subscription } from 'rxjs';
import { isContentLibraryError } from '../errors/index.ts';
import { omit } from '../snapshots/omit.ts';
import type { Sink } from '../transfer/sink.ts';
import type { DownloadQueueOptions } from './options.ts';
import { savedFilesOf } from './saved-files.ts';
import { restoreDownloads } from './serialized-queue.ts';
import type { QueuedDownload } from './state.ts';

/** A download and what belongs to it in this run of the application. */
export interface Entry {
  download: QueuedDownload;
  readonly sink: Sink;
  subscription: Subscription | undefined;
  /** Number of operations of the sink and on the server that an earlier run has not ended yet. */
  pendingWork: number;
  /** True until the sink was searched for the files that were saved before the application was restarted. */
  isRestored: boolean;
}

/** Returns the download without what the last run has left, but with the files that it has saved; its bytes stay until the next snapshot. */
export const restarted = (download: QueuedDownload): QueuedDownload => ({
  ...omit(download, 'snapshot', 'error', 'reason', 'endedAt'),
  savedFiles: savedFilesOf(download),
});

/** Returns what a failed download states. */
export const failure = (thrown: unknown): Pick<QueuedDownload, 'status' | 'error' | 'reason'> => ({
  status: 'failed',
  ...(isContentLibraryError(thrown) ? { error: thrown } : {}),
  reason: thrown instanceof Error ? thrown.message : String(thrown),
});

/** Compares the times at which two downloads have ended. */
export const byEnd = (one: Entry, other: Entry): number => (one.download.endedAt ?? 0) - (other.download.endedAt ?? 0);

/** Returns the entries of the option `restore`. */
export const restoreEntries = ({ restore, toSink }: DownloadQueueOptions): readonly Entry[] =>
  restore === undefined || toSink === undefined
    ? []
    : restoreDownloads(restore).map((download) => ({
        download,
        sink: toSink(download),
        subscription: undefined,
        pendingWork: 0,
        isRestored: true,
      }));
