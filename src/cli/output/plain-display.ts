/** Prints a download as plain lines for logs: every change, and the progress of each file at intervals. */

import { asyncScheduler, tap, type MonoTypeOperatorFunction } from 'rxjs';
import type {
  DownloadClosed,
  DownloadEvent,
  DownloadFailed,
  DownloadRetrying,
  DownloadStatus,
  DownloadWarning,
} from '../../index.ts';
import { formatBytes, formatDuration, formatFileCount, replaceControlCharacters } from './format.ts';

/** Milliseconds between two progress lines of one file. */
const PROGRESS_INTERVAL = 10_000;

/** Calls `write` with a line for every event worth one. */
export const plainDisplay = (write: (line: string) => void): MonoTypeOperatorFunction<DownloadEvent> => {
  const lastProgressAt = new Map<string, number>();
  const isProgressDue = (file: string): boolean => {
    const now = asyncScheduler.now();
    const isDue = now - (lastProgressAt.get(file) ?? now) >= PROGRESS_INTERVAL;
    if (isDue || !lastProgressAt.has(file)) lastProgressAt.set(file, now);
    return isDue;
  };
  const lastStatus = new Map<string, string>();
  let skipped = 0;

  return tap((event) => {
    switch (event.type) {
      case 'opened': {
        const item = event.itemName === undefined ? event.itemId : replaceControlCharacters(event.itemName);
        return write(`${item}: ${formatFileCount(event.files.length)}`);
      }
      case 'status': {
        const status = statusName(event).toLowerCase().replaceAll('_', ' ');
        if (lastStatus.get(event.file) === status) return;
        lastStatus.set(event.file, status);
        return write(`${replaceControlCharacters(event.file)}: ${status}`);
      }
      case 'progress': {
        if (!isProgressDue(event.file)) return;
        const { file, received, total } = event;
        const of =
          total === undefined ? '' : ` of ${formatBytes(total)}, ${total === 0 ? 100 : Math.floor((100 * received) / total)} %`;
        return write(`${replaceControlCharacters(file)}: ${formatBytes(received)}${of}`);
      }
      case 'retrying':
        return write(retryingLine(event));
      case 'warning':
        return write(warningLine(event));
      case 'lease':
        return event.state === 'extended' ? undefined : write(`download session: ${event.state}`);
      case 'saved': {
        if (event.skipped === true) skipped += 1;
        const outcome = event.skipped === true ? 'already present' : 'saved';
        return write(`${replaceControlCharacters(event.file)}: ${outcome}, ${formatBytes(event.bytes)}`);
      }
      case 'failed':
        return write(failedLine(event));
      case 'closed':
        return write(closedLine(event, skipped));
    }
  });
};

/** Calls `write` with a line for every warning and every file that has failed. */
export const quietDisplay = (write: (line: string) => void): MonoTypeOperatorFunction<DownloadEvent> =>
  tap((event) => {
    if (event.type === 'warning') write(warningLine(event));
    if (event.type === 'failed') write(failedLine(event));
  });

/** `disk.vmdk: retrying in 4 s: …`. */
export const retryingLine = ({ file, delay, error }: DownloadRetrying): string =>
  `${file === undefined ? '' : `${replaceControlCharacters(file)}: `}retrying in ${formatDuration(delay)}: ${replaceControlCharacters(error.message)}`;

/** `Warning: …`. */
export const warningLine = ({ file, message }: DownloadWarning): string =>
  `Warning: ${file === undefined ? '' : `${replaceControlCharacters(file)}: `}${replaceControlCharacters(message)}`;

/** `disk.vmdk: failed. …`. */
export const failedLine = ({ file, error }: DownloadFailed): string =>
  `${replaceControlCharacters(file)}: failed. ${replaceControlCharacters(error.message)}`;

/**
 * `3 files, 300 kB in 2 s`.
 *
 * @param skipped - Number of files that were there already.
 */
export const closedLine = ({ files, failed, bytes, duration }: DownloadClosed, skipped: number): string => {
  if (skipped > 0 && skipped === files && failed === 0)
    return `Nothing to do: ${formatFileCount(files)}, ${formatBytes(bytes)}, already present`;
  const present = skipped === 0 ? '' : `; ${skipped} of them already present`;
  return `${formatFileCount(files)}, ${formatBytes(bytes)} in ${formatDuration(duration)}${present}`;
};

/** A status that this version does not know is a string at run time; its type only prevents comparisons. */
const statusName = ({ status }: DownloadStatus): string => replaceControlCharacters(String(status));
