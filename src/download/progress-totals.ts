/** Adds up the progress of all files of a download. */

import type { DownloadClosed, DownloadFailed, DownloadProgress, DownloadSaved } from './events.ts';

/** The events of one file that count. */
export type FileEvent = DownloadProgress | DownloadSaved | DownloadFailed;

/** The sums of a download. */
export type TransferSummary = Pick<DownloadClosed, 'files' | 'failed' | 'bytes'>;

/** The sums of the files of a download. */
export interface ProgressTotals {
  readonly add: (event: FileEvent) => void;
  /** Returns the largest number of bytes received so far; a file that is restarted does not lower it. */
  readonly received: () => number;
  /** Returns the progress, 0 to 100, never decreasing; `undefined` while the size of a file is unknown. */
  readonly percentage: () => number | undefined;
  /** Returns what was saved and what has failed so far. */
  readonly summary: () => TransferSummary;
}

/** Adds up the events of the files with these names. */
export const createProgressTotals = (names: readonly string[]): ProgressTotals => {
  const progress = new Map<string, { received: number; total: number | undefined }>();
  let maxReceived = 0;
  let percentage: number | undefined;
  let summary: TransferSummary = { files: 0, failed: 0, bytes: 0 };

  const updateProgress = (name: string, received: number, total: number | undefined): void => {
    progress.set(name, { received, total });
    const receivedByAll = sum([...progress.values()].map((file) => file.received));
    maxReceived = Math.max(maxReceived, receivedByAll);
    const sizes = names.map((each) => progress.get(each)?.total);
    if (sizes.some((size) => size === undefined)) return;
    const size = sum(sizes.map((each) => each ?? 0));
    if (size > 0) percentage = Math.max(percentage ?? 0, Math.min(100, Math.floor((100 * receivedByAll) / size)));
  };
  return {
    add: (event) => {
      if (event.type === 'progress') updateProgress(event.file, event.received, event.total);
      if (event.type === 'saved') {
        updateProgress(event.file, event.bytes, event.bytes);
        summary = { ...summary, files: summary.files + 1, bytes: summary.bytes + event.bytes };
      }
      if (event.type === 'failed') summary = { ...summary, failed: summary.failed + 1 };
    },
    received: () => maxReceived,
    percentage: () => percentage,
    summary: () => summary,
  };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
