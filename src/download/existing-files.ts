/** A download whose files are all in the sink already: it needs no download session. */

import { concatMap, from, map, of, reduce, takeWhile, type Observable } from 'rxjs';
import type { Sink } from '../transfer/sink.ts';
import { findExisting } from './download-file.ts';
import { selectNames, type StoredFiles } from './downloadable-item.ts';
import type { DownloadSaved } from './events.ts';
import type { DownloadOptions } from './options.ts';

/**
 * Searches the sink for all selected files, by the checksums that the library states.
 *
 * - Emits: the `saved` events of the files; `undefined` if one of them is not there, or has no checksum.
 * - Completes: after it.
 * - Errors: as the sink rejects; `SinkError` for an error that is not of this library.
 * - Unsubscribing: aborts the search.
 */
export const findAllExisting = (
  sink: Sink,
  stored: StoredFiles,
  { files }: DownloadOptions,
): Observable<readonly DownloadSaved[] | undefined> => {
  const names = selectNames([...stored.keys()], files);
  const haveChecksums = names.every((name) => stored.get(name)?.checksum_info !== undefined);
  if (names.length === 0 || !haveChecksums || sink.find === undefined) return of(undefined);
  return from(names).pipe(
    concatMap((name) => findExisting({ name, sink, content: undefined }, stored.get(name)?.checksum_info, undefined)),
    takeWhile((saved) => saved !== undefined),
    reduce((all: readonly DownloadSaved[], saved) => (saved === undefined ? all : [...all, saved]), []),
    map((all) => (all.length === names.length ? all : undefined)),
  );
};
