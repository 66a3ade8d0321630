/** The files of a queued download that earlier runs have saved: the next run leaves them out. */

import {
  concatMap,
  defer,
  EMPTY,
  finalize,
  from,
  map,
  of,
  reduce,
  throwError,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import type { DownloadEvent, DownloadSaved } from '../download/events.ts';
import type { DownloadOptions } from '../download/options.ts';
import type { Checksum, Sink } from '../transfer/sink.ts';
import type { QueuedDownload } from './state.ts';

/** The item has another content than the files that are saved: all of them have to be downloaded again. */
export class ContentReplacedError extends Error {}

/** Returns the files that all runs have saved until now. */
export const savedFilesOf = ({ savedFiles = [], snapshot }: QueuedDownload): readonly DownloadSaved[] =>
  // A run that has not opened the item has a snapshot without files.
  snapshot?.itemId === undefined ? savedFiles : snapshot.files.flatMap(({ saved }) => saved ?? []);

/**
 * Searches the sink for the files that were saved before the application was restarted.
 *
 * - Emits: once, those that the sink still has.
 * - Completes: after it.
 * - Errors: as the sink rejects.
 * - Unsubscribing: aborts the search.
 */
export const findSavedFiles = (sink: Sink, { savedFiles = [] }: QueuedDownload): Observable<readonly DownloadSaved[]> =>
  from(savedFiles).pipe(
    concatMap((saved) => isFound(sink, saved).pipe(concatMap((found) => (found ? of(saved) : EMPTY)))),
    reduce((all: readonly DownloadSaved[], saved) => [...all, saved], []),
  );

const isFound = (sink: Sink, { file: name, bytes: size, checksum, sha256 }: DownloadSaved): Observable<boolean> =>
  defer(() => {
    const known: Checksum | undefined = checksum ?? (sha256 === undefined ? undefined : { algorithm: 'SHA256', value: sha256 });
    if (sink.find === undefined || known === undefined) return of(false);
    const controller = new AbortController();
    return from(sink.find({ name, size, checksum: known }, controller.signal)).pipe(
      map((found) => found !== undefined),
      finalize(() => controller.abort()),
    );
  });

/** Returns the option `files` of the next run. */
export const unsavedFiles = ({ files, savedFiles = [] }: QueuedDownload): DownloadOptions['files'] => {
  if (savedFiles.length === 0) return files;
  const saved = new Set(savedFiles.map(({ file }) => file));
  const unsaved = files?.filter((name) => !saved.has(name)) ?? [];
  return unsaved.length > 0 ? unsaved : (name) => files === undefined && !saved.has(name);
};

/**
 * Adds the files that earlier runs have saved to the events of a run: `opened` has all files, and the saved ones follow it.
 *
 * @throws ContentReplacedError, in the stream, if the item has another content than those files.
 */
export const addSavedFiles = ({
  savedFiles = [],
  contentVersion: earlier = '',
}: QueuedDownload): OperatorFunction<DownloadEvent, DownloadEvent> =>
  concatMap((event) => {
    if (savedFiles.length === 0) return of(event);
    if (event.type === 'closed') {
      const bytes = savedFiles.reduce((sum, saved) => sum + saved.bytes, event.bytes);
      return of({ ...event, files: event.files + savedFiles.length, bytes });
    }
    if (event.type !== 'opened') return of(event);
    // A version that is not stated cannot be compared.
    if (earlier !== '' && event.contentVersion !== '' && event.contentVersion !== earlier)
      return throwError(() => new ContentReplacedError());
    const files = [...savedFiles.map(({ file, bytes }) => ({ name: file, size: bytes })), ...event.files];
    return of({ ...event, files }, ...savedFiles.map((saved) => ({ ...saved, skipped: true as const })));
  });
