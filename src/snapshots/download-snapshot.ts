/** The snapshot of a download, and what events state about it as a whole. */

import type { DownloadEvent, DownloadLease, DownloadRetrying, DownloadWarning } from '../download/events.ts';
import type { FileSnapshot } from './file-snapshot.ts';
import { omit } from './omit.ts';

/** The state of a download. Failed files count in none of the sums. */
export interface DownloadSnapshot {
  /** The item that is downloaded; not set before the download has opened it. */
  readonly itemId?: string;
  /** Name of the item, if it is known. */
  readonly itemName?: string;
  /** The download session, if there is one. */
  readonly downloadSessionId?: string;
  /** One entry per file; an unchanged file is the same object as in the previous snapshot. */
  readonly files: readonly FileSnapshot[];
  /** Bytes received. */
  readonly received: number;
  /** Bytes in total; not set until the length of every file is known. */
  readonly total?: number;
  /** 0 to 100, over preparing, downloading and verifying; never decreases; not set while `total` is unknown. */
  readonly percent?: number;
  /** Bytes per second, over the last three seconds. */
  readonly speed: number;
  /** Estimated milliseconds until the end; not set while `total` or the speed is unknown. */
  readonly timeLeft?: number;
  /** True if a file is downloading, but no event has arrived for ten seconds. */
  readonly stalled: boolean;
  /** Number of retries so far, of files and of requests. */
  readonly retries: number;
  /** The last retry of a request, with its error; not set once another event has arrived. */
  readonly retrying?: DownloadRetrying;
  /** The last change of the lease. */
  readonly lease?: DownloadLease;
  /** All warnings so far. */
  readonly warnings: readonly DownloadWarning[];
  /** The error that ended the download; the stream then errors with it. */
  readonly error?: unknown;
  /** True after the last event. */
  readonly done: boolean;
}

/** The sums of all files. */
export type SnapshotSums = Pick<DownloadSnapshot, 'files' | 'received' | 'total' | 'percent' | 'speed' | 'timeLeft' | 'stalled'>;

/** What a snapshot has besides the sums. */
export type SnapshotFacts = Omit<DownloadSnapshot, keyof SnapshotSums>;

/** The facts before the first event. */
export const INITIAL_FACTS: SnapshotFacts = { retries: 0, warnings: [], done: false };

/** Returns the facts after an event. */
export const updateFacts = (previous: SnapshotFacts, event: DownloadEvent): SnapshotFacts => {
  const facts = omit(previous, 'retrying');
  switch (event.type) {
    case 'opened': {
      const { itemId, itemName, downloadSessionId } = event;
      return {
        ...facts,
        itemId,
        ...(itemName === undefined ? {} : { itemName }),
        ...(downloadSessionId === undefined ? {} : { downloadSessionId }),
      };
    }
    case 'retrying':
      return { ...facts, retries: facts.retries + 1, ...(event.file === undefined ? { retrying: event } : {}) };
    case 'lease':
      return { ...facts, lease: event };
    case 'warning':
      return { ...facts, warnings: [...facts.warnings, event] };
    case 'closed':
      return { ...facts, done: true };
    default:
      return facts;
  }
};
