/** Checks whether a sink can save the files of a download, as early as it can be known. */

import { Observable } from 'rxjs';
import type { PlannedFile, Sink } from '../transfer/sink.ts';
import { toSinkError } from '../transfer/transfer.ts';
import { normalizeChecksum } from '../transfer/verification.ts';
import { selectNames, type StoredFiles } from './downloadable-item.ts';
import type { DownloadOptions } from './options.ts';

/**
 * - Emits: once, if the sink has no objection.
 * - Completes: after it.
 * - Errors: as the sink rejects; `SinkError` for an error that is not of this library.
 * - Unsubscribing: aborts the check.
 */
export const checkSink = (sink: Sink, files: readonly PlannedFile[]): Observable<void> =>
  new Observable((subscriber) => {
    const controller = new AbortController();
    const done = (): void => {
      subscriber.next();
      subscriber.complete();
    };
    if (sink.check === undefined) return done();
    sink.check(files, controller.signal).then(done, (thrown: unknown) => subscriber.error(toSinkError('the sink', thrown)));
    return () => controller.abort();
  });

/**
 * Returns the selected files as the library states them; none if each may fail alone, or if the library does not list them.
 *
 * `undefined`: no file is selected, so there is nothing to check.
 */
export const plannedFiles = (
  stored: StoredFiles,
  { files, continueOnError = false }: DownloadOptions,
): readonly PlannedFile[] | undefined => {
  const names = selectNames([...stored.keys()], files);
  if (stored.size > 0 && names.length === 0) return undefined;
  if (continueOnError) return [];
  return names.map((name) => {
    const stated = stored.get(name)?.checksum_info;
    const checksum = stated === undefined ? undefined : normalizeChecksum(stated);
    return { name, ...(checksum === undefined ? {} : { checksum }) };
  });
};
