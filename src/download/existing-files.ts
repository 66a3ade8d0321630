/** Files that the sink has already. */

import { concatMap, from, map, Observable, of, reduce, takeWhile } from 'rxjs';
import type { ChecksumInfo } from '../model/transfer.ts';
import type { ContentIdentity, IncomingFile, Sink } from '../transfer/sink.ts';
import { toSinkError } from '../transfer/transfer.ts';
import { normalizeChecksum } from '../transfer/verification.ts';
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

/** Emits `saved` if the sink already has the file with the stated checksum, otherwise `undefined`. */
export const findExisting = (
  { name, sink, content }: { readonly name: string; readonly sink: Sink; readonly content: ContentIdentity | undefined },
  stated: ChecksumInfo | undefined,
  size: number | undefined,
): Observable<DownloadSaved | undefined> =>
  new Observable((subscriber) => {
    const checksum = stated === undefined ? undefined : normalizeChecksum(stated);
    if (sink.find === undefined || checksum === undefined) {
      subscriber.next(undefined);
      return subscriber.complete();
    }
    const controller = new AbortController();
    sink.find({ ...toIncomingFile(name, content, size), checksum }, controller.signal).then(
      (found) => {
        subscriber.next(found && { type: 'saved', file: name, ...found, checksum, verified: 'checksum', skipped: true });
        subscriber.complete();
      },
      (thrown: unknown) => subscriber.error(toSinkError(name, thrown)),
    );
    return () => controller.abort();
  });

/** Returns what is known about a file before it is transferred. */
export const toIncomingFile = (name: string, content: ContentIdentity | undefined, size: number | undefined): IncomingFile => ({
  name,
  ...(size === undefined ? {} : { size }),
  ...(content === undefined ? {} : { content }),
});
