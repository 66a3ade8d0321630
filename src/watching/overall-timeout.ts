/** Limits how long a preparation may take, and reports the statuses it had. */

import { asyncScheduler, defer, map, takeUntil, tap, timer, type MonoTypeOperatorFunction } from 'rxjs';
import { PatienceError, type ObservedStatus } from '../errors/index.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { validDelay } from '../polling/poll-schedule.ts';

/**
 * - Emits: as its source.
 * - Completes: with its source.
 * - Errors: {@link PatienceError} after `patience`, and with its source.
 * - Unsubscribing: unsubscribes from the source.
 *
 * @param waitedFor - Names the preparation in the error.
 * @param patience - Milliseconds; `undefined`: no limit.
 * @param infosOf - Returns the files in a response.
 */
export const overallTimeout = <A>(
  waitedFor: string,
  patience: number | undefined,
  infosOf: (response: A) => readonly DownloadFileInfo[],
): MonoTypeOperatorFunction<A> => {
  if (patience === undefined) return (source) => source;
  return (source) =>
    defer(() => {
      const startedAt = asyncScheduler.now();
      const statuses = new Map<string, string>();
      const history: ObservedStatus[] = [];
      const record = ({ name, ...info }: DownloadFileInfo): void => {
        const status = String(info.status);
        if (statuses.get(name) === status) return;
        statuses.set(name, status);
        history.push({ file: name, status, after: Math.max(asyncScheduler.now() - startedAt, 0) });
      };
      return source.pipe(
        tap((response) => infosOf(response).forEach(record)),
        takeUntil(
          timer(validDelay(patience, 'patience')).pipe(
            map(() => {
              throw new PatienceError({ waitedFor, patience, history });
            }),
          ),
        ),
      );
    });
};
