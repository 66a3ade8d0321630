/** Plain lines for logs: what changed, and how far a file is, now and then. */

import { asyncScheduler, tap, type MonoTypeOperatorFunction } from 'rxjs';
import type { DownloadClosed, DownloadEvent, DownloadFailed, DownloadRetrying, DownloadStatus } from '../index.ts';
import { bytes, files, sanitize, time } from './format.ts';

/** Milliseconds between two lines about the bytes of one file. */
const tellEvery = 10_000;

/** Writes a line for what is worth one. */
export const plainDisplay = (write: (line: string) => void): MonoTypeOperatorFunction<DownloadEvent> => {
  const lastProgressAt = new Map<string, number>();
  const progressIsDue = (file: string): boolean => {
    const now = asyncScheduler.now();
    const due = now - (lastProgressAt.get(file) ?? now) >= tellEvery;
    if (due || !lastProgressAt.has(file)) lastProgressAt.set(file, now);
    return due;
  };
  const statuses = new Map<string, string>();

  return tap((event) => {
    switch (event.type) {
      case 'opened':
        return write(`${event.itemName === undefined ? event.itemId : sanitize(event.itemName)}: ${files(event.files.length)}`);
      case 'status': {
        const status = wordOf(event).toLowerCase().replaceAll('_', ' ');
        if (statuses.get(event.file) === status) return;
        statuses.set(event.file, status);
        return write(`${sanitize(event.file)}: ${status}`);
      }
      case 'progress':
        if (!progressIsDue(event.file)) return;
        return write(
          `${sanitize(event.file)}: ${bytes(event.received)}${event.total === undefined ? '' : ` of ${bytes(event.total)}`}`,
        );
      case 'retrying':
        return write(retryingLine(event));
      case 'lease':
        return event.state === 'extended' ? undefined : write(`download session: ${event.state}`);
      case 'saved':
        return write(`${sanitize(event.file)}: ${event.skipped === true ? 'there already' : 'saved'}, ${bytes(event.bytes)}`);
      case 'failed':
        return write(failedLine(event));
      case 'closed':
        return write(closedLine(event));
    }
  });
};

/** What failed in passing. */
export const retryingLine = ({ file, delay, error }: DownloadRetrying): string =>
  `${file === undefined ? '' : `${sanitize(file)}: `}again in ${time(delay)}. ${sanitize(error.message)}`;

/** Why a file is not there. */
export const failedLine = ({ file, error }: DownloadFailed): string => `${sanitize(file)}: failed. ${sanitize(error.message)}`;

/** How it all ended. */
export const closedLine = ({ files: count, bytes: sum, duration }: DownloadClosed): string =>
  `${files(count)}, ${bytes(sum)} in ${time(duration)}`;

/** A status that this version does not know is a string, too; its type only keeps it from being compared. */
const wordOf = ({ status }: DownloadStatus): string => sanitize(String(status));
