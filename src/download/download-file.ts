/** Downloads one file: opens it in the sink, transfers it with retries, verifies it, and commits it. */

import type { Observable } from 'rxjs';
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
  of,
  retry,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { VCenter } from '../connection/vcenter.ts';
import { isContentLibraryError } from '../errors/index.ts';
import { isBusy } from '../http/retry.ts';
import type { ChecksumInfo } from '../model/transfer.ts';
import { bracket } from '../operators/bracket.ts';
import { fetchRemaining } from '../transfer/fetch-remaining.ts';
import { createFileRetry, isCorrupt, type FileRetryPolicy } from '../transfer/file-retry.ts';
import type { FetchContext } from '../transfer/open-body.ts';
import type { RangeState } from '../transfer/ranges/range-plan.ts';
import type { RateLimiter } from '../transfer/rate-limiter.ts';
import type { ContentIdentity, PlannedFile, Proof, Sink } from '../transfer/sink.ts';
import { errorIfSlow, type SpeedFloor, type SpeedMeter } from '../transfer/speed-floor.ts';
import { openSinkFile, replayKept, restartTransfer, suspendOrDiscard, type TransferState } from '../transfer/transfer-state.ts';
import { toSinkError, transferLabel } from '../transfer/transfer.ts';
import { verifyFile } from '../transfer/verify-file.ts';
import { createProgressEvents } from './events.ts';
import type { DownloadProgress, DownloadRetrying, DownloadSaved, DownloadWarning } from './events.ts';
import { findExisting, toIncomingFile } from './existing-files.ts';
import type { FileSource, PreparedFile } from './prepared-files.ts';

/** A file to download, and its sink. */
export interface DownloadFileOptions {
  readonly vc: VCenter;
  readonly name: string;
  readonly sink: Sink;
  /** Emits the file once a source other than `except` has prepared it. */
  readonly prepared: (except: FileSource | undefined) => Observable<PreparedFile>;
  /** Identifies the content of the file. */
  readonly content: ContentIdentity | undefined;
  /** The checksum that the library states for the stored file. */
  readonly expectedChecksum: ChecksumInfo | undefined;
  /** True if SHA256 is computed even if vCenter states another algorithm. */
  readonly sha256: boolean;
  /** Maximum time without a byte, in milliseconds. */
  readonly stallTimeout: number;
  /** The minimum speed, over all attempts. @default any speed is allowed */
  readonly speedFloor: SpeedFloor | undefined;
  /** Measures the speed, over all attempts. */
  readonly meter: SpeedMeter;
  /** Decides whether the file is fetched in byte ranges. */
  readonly ranges: RangeState;
  /** Limits the speed. @default it is not limited */
  readonly rateLimiter?: RateLimiter | undefined;
  readonly retryPolicy: FileRetryPolicy;
  /** Returns the other files that are not saved yet. */
  readonly others: () => readonly PlannedFile[];
  /** Called when the sink opens or releases the file; calls the returned function when that has ended. */
  readonly beginWork: () => () => void;
  /** Called with 1 when a transfer becomes active, and with -1 when it ends. */
  readonly onActiveChange: (change: 1 | -1) => void;
  /** Called before each retry. */
  readonly onRetry: (retrying: DownloadRetrying, isBusy: boolean) => void;
  /** Called with each warning of the sink. */
  readonly onWarning: (warning: DownloadWarning) => void;
}

/**
 * Downloads one file into the sink.
 *
 * - Emits: `progress`, then `saved`.
 * - Completes: when the file is verified and has its final name, or was there already.
 * - Errors: `PreparationError`, `TruncatedError`, `ChecksumError`, `SinkError`, `UnsafeNameError`, `UnsupportedEndpointError`, and as
 *   requests do, once retries are used up.
 * - Unsubscribing: aborts the transfer; the sink suspends the file for a later run if it can.
 */
export const downloadFile = (file: DownloadFileOptions): Observable<DownloadProgress | DownloadSaved> =>
  unlessExisting(file, file.expectedChecksum, undefined, () => fetchFile(file));

/** Emits `saved` if the sink already has the file with this checksum; otherwise fetches the file. */
const unlessExisting = (
  file: DownloadFileOptions,
  stated: ChecksumInfo | undefined,
  size: number | undefined,
  fetch: () => Observable<DownloadProgress | DownloadSaved>,
): Observable<DownloadProgress | DownloadSaved> =>
  findExisting(file, stated, size).pipe(concatMap((existing) => (existing === undefined ? fetch() : of(existing))));

const fetchFile = (file: DownloadFileOptions): Observable<DownloadProgress | DownloadSaved> =>
  file.prepared(undefined).pipe(
    concatMap(({ info: { size, checksum_info: sessionChecksum } }) => {
      // If the session states the checksum in advance, only its algorithm has to be computed.
      const fileOptions = { ...file, expectedChecksum: sessionChecksum ?? file.expectedChecksum };
      const fetch = (): Observable<DownloadProgress | DownloadSaved> => openAndFetch(fileOptions, size);
      // The sink has been searched already if the library states a checksum.
      return file.expectedChecksum === undefined ? unlessExisting(fileOptions, sessionChecksum, size, fetch) : fetch();
    }),
  );

const openAndFetch = (file: DownloadFileOptions, size: number | undefined): Observable<DownloadProgress | DownloadSaved> => {
  const { name, sink, content, expectedChecksum, sha256 } = file;
  return bracket({
    acquire: defer(() => {
      const others = file.others();
      const incoming = { ...toIncomingFile(name, content, size), ...(others.length === 0 ? {} : { others }) };
      return from(openSinkFile(incoming, { sink, expectedChecksum, sha256 }));
    }),
    use: (state) => transferAndCommit(file, state),
    release: (state, reason) => (reason === 'complete' ? EMPTY : defer(() => from(suspendOrDiscard(state)))),
    onPending: file.beginWork,
  });
};

const transferAndCommit = (file: DownloadFileOptions, state: TransferState): Observable<DownloadProgress | DownloadSaved> => {
  const { name, speedFloor, meter, retryPolicy, onActiveChange, onRetry } = file;
  const nextRetry = createFileRetry(retryPolicy);
  let source: FileSource | undefined;
  let lostSource: FileSource | undefined;
  let proof: Proof | undefined;
  const setPaused = (isPaused: boolean): void => {
    meter.isPaused = isPaused;
  };

  const progressEvents = createProgressEvents(name, (error) =>
    onRetry({ type: 'retrying', file: name, attempt: 1, delay: 0, error }, false),
  );

  const attempt$ = defer(() => {
    setPaused(true);
    return file.prepared(lostSource);
  }).pipe(
    concatMap((prepared) => {
      setPaused(false);
      const { info } = prepared;
      source = prepared.source;
      const { finalInfo } = source;
      const context: FetchContext = { ...file, info, state };
      const progress$ = fetchRemaining(context).pipe(map(progressEvents.toEvent));
      const pause$ = defer(() => {
        setPaused(true);
        return EMPTY;
      });
      const verify$ = verifyFile(context, (needsChecksum) => finalInfo(name, needsChecksum)).pipe(
        tap((verified) => {
          proof = verified;
        }),
        ignoreElements(),
      );
      const unchanged$ = defer(() =>
        state.isUnconfirmed && proof?.verified !== 'checksum' ? prepared.source.assertUnchanged(name) : EMPTY,
      );
      return defer(() => {
        onActiveChange(1);
        return concat(progress$, pause$, verify$, unchanged$).pipe(finalize(() => onActiveChange(-1)));
      });
    }),
  );

  const restart = (thrown: unknown): Observable<void> => restartTransfer(state, () => thrown);

  const recover = (thrown: unknown): Observable<unknown> => {
    // Hashes that were read cannot continue, so the file has to be restarted.
    const areHashesClosed = state.digests !== undefined;
    if (source?.isLost(thrown)) {
      lostSource = source;
      source.onLost(thrown);
      if (isContentLibraryError(thrown)) progressEvents.onFailure(thrown, false);
      if (!areHashesClosed) return of(undefined);
      state.lastError = thrown;
      return restart(thrown);
    }
    state.lastError = thrown;
    // A busy server demands its delays itself.
    setPaused(isBusy(thrown));
    const next = nextRetry(thrown, state.received);
    if (next === undefined || !isContentLibraryError(thrown)) {
      state.resumable = !isCorrupt(thrown);
      return throwError(() => thrown);
    }
    onRetry({ type: 'retrying', file: name, attempt: next.attempt, delay: next.delay, error: thrown }, isBusy(thrown));
    progressEvents.onFailure(thrown, true);
    const delay$ = timer(next.delay);
    return next.fromStart || areHashesClosed ? restart(thrown).pipe(concatMap(() => delay$)) : delay$;
  };

  return concat(
    replayKept(state),
    attempt$.pipe(retry({ delay: recover }), errorIfSlow(transferLabel(name), speedFloor, meter)),
    defer(() => commit(file, state, proof ?? { verified: 'none' })),
  );
};

const commit = ({ name, onWarning }: DownloadFileOptions, state: TransferState, proof: Proof): Observable<DownloadSaved> => {
  const { target, received } = state;
  return from(target.commit(proof)).pipe(
    catchError((thrown: unknown) => {
      // A later run can commit the verified bytes.
      state.resumable = proof.verified !== 'none';
      return throwError(() => toSinkError(target.path ?? name, thrown));
    }),
    tap((result) => {
      for (const warning of result?.warnings ?? []) onWarning({ type: 'warning', file: name, ...warning });
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
