/** Ends a wait that takes too long, and tells what was seen while it lasted. */

import { asyncScheduler, defer, map, takeUntil, tap, timer, type MonoTypeOperatorFunction } from 'rxjs';
import { PatienceError, type ObservedStatus } from '../errors/index.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { validDelay } from '../polling/poll-schedule.ts';

/**
 * - Emits and completes: as its source.
 * - Errors: {@link PatienceError} after so many milliseconds (never, where they are not given), and as its source.
 * - Unsubscribing: unsubscribes from the source.
 */
export const timeoutWithHistory = <A>(
  waitedFor: string,
  patience: number | undefined,
  infosOf: (answer: A) => readonly DownloadFileInfo[],
): MonoTypeOperatorFunction<A> => {
  if (patience === undefined) return (source) => source;
  return (source) =>
    defer(() => {
      const begun = asyncScheduler.now();
      const statuses = new Map<string, string>();
      const seen: ObservedStatus[] = [];
      const note = ({ name, ...info }: DownloadFileInfo): void => {
        const status = String(info.status);
        if (statuses.get(name) === status) return;
        statuses.set(name, status);
        seen.push({ file: name, status, after: Math.max(asyncScheduler.now() - begun, 0) });
      };
      return source.pipe(
        tap((answer) => infosOf(answer).forEach(note)),
        takeUntil(
          timer(validDelay(patience, 'patience')).pipe(
            map(() => {
              throw new PatienceError({ waitedFor, patience, history: seen });
            }),
          ),
        ),
      );
    });
};
