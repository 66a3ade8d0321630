/** How far a download is as a whole. */

import type { DownloadEvent } from './events.ts';

/** Counts what the events of a download tell. */
export interface ProgressTotals {
  readonly add: (event: DownloadEvent) => void;
  /** The most bytes that were ever there. */
  readonly reached: () => number;
  /** 0 to 100, never less than before; `undefined` while a length is not known. */
  readonly percentage: () => number | undefined;
}

/** Starts to count, for so many files. */
export const createProgressTotals = (files: readonly string[]): ProgressTotals => {
  const known = new Map<string, { received: number; total: number | undefined }>();
  let maxReceived = 0;
  let percentage: number | undefined;
  const sum = (each: readonly number[]): number => each.reduce((before, one) => before + one, 0);
  return {
    add: (event) => {
      if (event.type === 'progress') known.set(event.file, { received: event.received, total: event.total });
      else if (event.type === 'saved') known.set(event.file, { received: event.bytes, total: event.bytes });
      else return;
      const received = sum([...known.values()].map((file) => file.received));
      maxReceived = Math.max(maxReceived, received);
      const totals = files.map((file) => known.get(file)?.total);
      if (totals.some((total) => total === undefined)) return;
      const total = sum(totals.map((one) => one ?? 0));
      if (total > 0) percentage = Math.max(percentage ?? 0, Math.min(100, Math.floor((100 * received) / total)));
    },
    reached: () => maxReceived,
    percentage: () => percentage,
  };
};
