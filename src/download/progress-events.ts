/** Creates the `progress` events of a file, and reports when it starts over without a retry. */

import type { ContentLibraryError } from '../errors/index.ts';
import type { TransferProgress } from '../transfer/transfer.ts';
import type { DownloadProgress } from './events.ts';

/** The `progress` events of one file. */
export interface ProgressEvents {
  /** Registers a failure. `isReported` is true if a `retrying` event was emitted for it. */
  readonly onFailure: (error: ContentLibraryError, isReported: boolean) => void;
  readonly toEvent: (progress: TransferProgress) => DownloadProgress;
}

/**
 * Creates the events of a file, whose bytes fall only after a report.
 *
 * @param report - Called before the first event of a file that starts over, if its last failure was not reported: that of a lost session.
 */
export const createProgressEvents = (file: string, report: (error: ContentLibraryError) => void): ProgressEvents => {
  let lastReceived = 0;
  let unreported: ContentLibraryError | undefined;
  return {
    onFailure: (error, isReported) => {
      unreported = isReported ? undefined : error;
    },
    toEvent: ({ received, total }) => {
      if (received < lastReceived && unreported !== undefined) {
        report(unreported);
        unreported = undefined;
      }
      lastReceived = received;
      return { type: 'progress', file, received, ...(total === undefined ? {} : { total }) };
    },
  };
};
