/** The story of one file: room in the sink, its bytes, however often they break, the proof, its name. */

import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  from,
  ignoreElements,
  map,
  Observable,
  of,
  retry,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { suspendOrDiscard, openSinkFile, restartTransfer, replayKept, type TransferState } from '../transfer/transfer-state.ts';
import { bracket } from '../operators/bracket.ts';
import { fetchRemaining } from '../transfer/fetch-remaining.ts';
import { isContentLibraryError } from '../errors/index.ts';
import type { DownloadProgress, DownloadRetrying, DownloadSaved } from './events.ts';
import type { FileSource, PreparedFile } from './prepared-files.ts';
import type { ChecksumInfo } from '../model/transfer.ts';
import type { RangeState } from '../transfer/ranges/range-plan.ts';
import { isCorrupt, createFileRetry, type FileRetryPolicy } from '../transfer/file-retry.ts';
import type { FetchContext } from '../transfer/open-body.ts';
import { normalizeChecksum } from '../transfer/verification.ts';
import { verifyFile } from '../transfer/verify-file.ts';
import type { ContentIdentity, IncomingFile, Proof, Sink } from '../transfer/sink.ts';
import { toSinkError, type TransferProgress } from '../transfer/transfer.ts';
import { isBusy } from '../http/retry.ts';
import { internals, type VCenter } from '../connection/vcenter.ts';

/** A file to download, and where it goes. */
export interface DownloadFileOptions {
  readonly vc: VCenter;
  readonly name: string;
  readonly sink: Sink;
  /** The file, as soon as it is prepared, by any source but the one that was lost. */
  readonly prepared: (lost: FileSource | undefined) => Observable<PreparedFile>;
  /** What tells its content from any other. */
  readonly content: ContentIdentity | undefined;
  /** What the library itself states of the stored file, if anything. */
  readonly expectedChecksum: ChecksumInfo | undefined;
  /** Milliseconds without a byte after which to give up. */
  readonly stallTimeout: number;
  /** How it may be fetched in parts. */
  readonly ranges: RangeState;
  readonly retryPolicy: FileRetryPolicy;
  /** Told 1 when bytes begin to come, and -1 when they end. */
  readonly onActiveChange: (change: 1 | -1) => void;
  /** Told before each pause. */
  readonly onRetry: (retrying: DownloadRetrying, busy: boolean) => void;
}

/**
 * - Emits: `progress`, then `saved`.
 * - Completes: when the file stands under its name, proven, or stood there already.
 * - Errors: `TruncatedError`, `ChecksumError`, `SinkError`, `UnsafeNameError`, `UnsupportedEndpointError`, and as requests do, when it
 *   cannot be brought any further.
 * - Unsubscribing: cancels the transfer; the sink keeps what came for a later run, if it can.
 */
export const downloadFile = (file: DownloadFileOptions): Observable<DownloadProgress | DownloadSaved> =>
  findExisting(file).pipe(
    concatMap((saved) =>
      saved === undefined
        ? file.prepared(undefined).pipe(
            concatMap(({ info }) => {
              // A session that states the checksum already spares all algorithms but its own.
              const expectedChecksum = info.checksum_info ?? file.expectedChecksum;
              return bracket({
                acquire: defer(() => from(openSinkFile(file.sink, toIncomingFile(file, info.size), expectedChecksum))),
                use: (arrival) => transferAndCommit({ ...file, expectedChecksum }, arrival),
                release: (arrival, ending) => (ending === 'complete' ? EMPTY : defer(() => from(suspendOrDiscard(arrival)))),
                onPending: () => file.vc[internals].beginWork(),
              });
            }),
          )
        : of(saved),
    ),
  );

const toIncomingFile = ({ name, content }: DownloadFileOptions, size: number | undefined): IncomingFile => ({
  name,
  ...(size === undefined ? {} : { size }),
  ...(content === undefined ? {} : { content }),
});

const transferAndCommit = (file: DownloadFileOptions, arrival: TransferState): Observable<DownloadProgress | DownloadSaved> => {
  const { name, sink, expectedChecksum, retryPolicy, onActiveChange, onRetry } = file;
  const planOf = createFileRetry(retryPolicy);
  let source: FileSource | undefined;
  let lost: FileSource | undefined;
  let proof: Proof | undefined;

  const attempt$ = defer(() => file.prepared(lost)).pipe(
    concatMap((prepared) => {
      const { info } = prepared;
      source = prepared.source;
      const { finalInfo } = source;
      const request: FetchContext = { ...file, info, state: arrival };
      const bytes$ = fetchRemaining(request).pipe(map((state) => progressOf(name, state)));
      const proof$ = verifyFile(request, (needsChecksum) => finalInfo(name, needsChecksum)).pipe(
        tap((shown) => {
          proof = shown;
        }),
        ignoreElements(),
      );
      return defer(() => {
        onActiveChange(1);
        return concat(bytes$, proof$).pipe(finalize(() => onActiveChange(-1)));
      });
    }),
  );

  const restart = (thrown: unknown): Observable<void> => restartTransfer(arrival, sink, expectedChecksum, () => thrown);

  const recover = (thrown: unknown): Observable<unknown> => {
    const isClosed = arrival.digests !== undefined;
    if (source?.isLost(thrown)) {
      lost = source;
      source.onLost(thrown);
      return isClosed ? restart(thrown) : of(undefined);
    }
    arrival.lastError = thrown;
    const plan = planOf(thrown, arrival.received);
    if (plan === undefined || !isContentLibraryError(thrown)) {
      arrival.resumable = !isCorrupt(thrown);
      return throwError(() => thrown);
    }
    onRetry({ type: 'retrying', file: name, attempt: plan.attempt, delay: plan.delay, error: thrown }, isBusy(thrown));
    const pause$ = timer(plan.delay);
    return plan.fromStart || isClosed ? restart(thrown).pipe(concatMap(() => pause$)) : pause$;
  };

  return concat(
    replayKept(arrival),
    attempt$.pipe(retry({ delay: recover })),
    defer(() => commit(name, arrival, proof ?? { verified: 'none' })),
  );
};

const progressOf = (file: string, { received, total }: TransferProgress): DownloadProgress => ({
  type: 'progress',
  file,
  received,
  ...(total === undefined ? {} : { total }),
});

const commit = (name: string, arrival: TransferState, proof: Proof): Observable<DownloadSaved> => {
  const { target, received } = arrival;
  return from(target.commit(proof)).pipe(
    catchError((thrown: unknown) => {
      // All bytes are there, and the sink will not have them: neither will it the next time.
      arrival.resumable = false;
      return throwError(() => toSinkError(target.path ?? name, thrown));
    }),
    map((): DownloadSaved => ({
      type: 'saved',
      file: name,
      bytes: received,
      ...(target.path === undefined ? {} : { path: target.path }),
      ...proof,
    })),
  );
};

/** What need not be fetched: a file whose content the library states, and which the sink has, byte for byte. */
const findExisting = ({ name, sink, content, expectedChecksum }: DownloadFileOptions): Observable<DownloadSaved | undefined> =>
  new Observable((subscriber) => {
    const checksum = expectedChecksum === undefined ? undefined : normalizeChecksum(expectedChecksum);
    if (sink.find === undefined || checksum === undefined) {
      subscriber.next(undefined);
      return subscriber.complete();
    }
    const controller = new AbortController();
    sink.find({ name, checksum, ...(content === undefined ? {} : { content }) }, controller.signal).then(
      (there) => {
        subscriber.next(there && { type: 'saved', file: name, ...there, checksum, verified: 'checksum', skipped: true });
        subscriber.complete();
      },
      (thrown: unknown) => subscriber.error(toSinkError(name, thrown)),
    );
    return () => controller.abort();
  });
