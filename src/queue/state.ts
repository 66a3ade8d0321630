/** The state of a download queue. */

import type { DownloadSaved } from '../download/events.ts';
import type { ContentLibraryError } from '../errors/index.ts';
import type { DownloadSnapshot } from '../snapshots/download-snapshot.ts';

/**
 * - `waiting`: starts when its turn comes.
 * - `running`: files are prepared, downloaded and verified.
 * - `paused`: starts again after `resume`.
 * - `saved`: every file is complete and verified.
 * - `failed`: see `error`; starts again after `retry`.
 * - `cancelled`: starts again after `retry`.
 */
export type QueuedDownloadStatus = 'waiting' | 'running' | 'paused' | 'saved' | 'failed' | 'cancelled';

/** One download of a queue. The object is replaced with each change, and stays the same otherwise. */
export interface QueuedDownload {
  readonly id: string;
  readonly itemId: string;
  /** Not set until it is known. */
  readonly itemName?: string;
  /** The names of the files to download; not set for all files of the item. */
  readonly files?: readonly string[];
  /** What the application has passed to `add`. */
  readonly data?: unknown;
  readonly status: QueuedDownloadStatus;
  /** Bytes received. */
  readonly received: number;
  /** Length in bytes; not set while unknown. */
  readonly total?: number;
  /**
   * The last snapshot of the last run: files, speed, time left, warnings. Not set before the first event, and not in a restored download.
   * Unchanged files stay the same object.
   */
  readonly snapshot?: DownloadSnapshot;
  /** Content version of the item in the last run. Not set before a run has opened the item; empty if vCenter does not state it. */
  readonly contentVersion?: string;
  /** The files that earlier runs have saved; the last run has left them out, and its snapshot has them as saved. */
  readonly savedFiles?: readonly DownloadSaved[];
  /** Why it has failed: the message of `error`. */
  readonly reason?: string;
  /** Why it has failed. Not set in a restored download. */
  readonly error?: ContentLibraryError;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  /** When the last run began, in milliseconds since 1970. */
  readonly startedAt?: number;
  /** When it was saved, cancelled, or has failed, in milliseconds since 1970. */
  readonly endedAt?: number;
}

/** The number of downloads with each status. */
export type DownloadCounts = Readonly<Record<QueuedDownloadStatus, number>>;

/** All downloads of a queue, and their sums. Immutable. */
export interface DownloadQueueState {
  /** In the order in which they start. Downloads that have ended stay in their places. */
  readonly downloads: readonly QueuedDownload[];
  readonly counts: DownloadCounts;
  /** Bytes received of all downloads in the list. */
  readonly received: number;
  /** Length in bytes of all downloads in the list, as far as it is known. */
  readonly total: number;
  /** Bytes per second. */
  readonly speed: number;
  /** Milliseconds until all running downloads are complete; not set while unknown. */
  readonly timeLeft?: number;
}

/** Returns the state with its sums. */
export const toQueueState = (downloads: readonly QueuedDownload[]): DownloadQueueState => {
  const counts = { waiting: 0, running: 0, paused: 0, saved: 0, failed: 0, cancelled: 0 };
  let [received, total, speed, left] = [0, 0, 0, 0];
  for (const download of downloads) {
    counts[download.status] += 1;
    received += download.received;
    total += download.total ?? download.received;
    if (download.status !== 'running') continue;
    speed += download.snapshot?.speed ?? 0;
    left += download.total === undefined ? Infinity : download.total - download.received;
  }
  const isKnown = speed > 0 && left !== Infinity;
  return { downloads, counts, received, total, speed, ...(isKnown ? { timeLeft: (left / speed) * 1000 } : {}) };
};
