/** The state of one file transfer, which survives interrupted connections and lost sessions. */

import { catchError, defer, EMPTY, from, ignoreElements, tap, throwError, type Observable } from 'rxjs';
import type { Validators } from '../http/byte-range.ts';
import type { ChecksumInfo } from '../model/transfer.ts';
import { hashBytes } from './hash-bytes.ts';
import type { IncomingFile, SinkFile } from './sink.ts';
import { toSinkError } from './transfer.ts';
import { createHashes, type Digests, type Hashes, type HashOptions } from './verification.ts';

/** The state of one file transfer. */
export interface TransferState {
  readonly name: string;
  readonly target: SinkFile;
  readonly hashOptions: HashOptions;
  /** Number of bytes that the sink has. */
  received: number;
  /** Length of the file as the response stated it. */
  contentLength: number | undefined;
  /** Running hashes of exactly the bytes in the sink. */
  hashes: Hashes;
  /** The digests, once the hashes are closed. From then on no byte can be added; the file can only be restarted. */
  digests: Digests | undefined;
  /** The checksum of the kept bytes, if an earlier run has verified them. */
  keptChecksum: ChecksumInfo | undefined;
  /** What the responses with these bytes have identified their content by. */
  validators: Validators;
  /** True if bytes of several responses were joined, and no strong `ETag` shows that their content is the same. */
  isUnconfirmed: boolean;
  /** True if the bytes were decoded by the client: the server cannot continue them. */
  isDecoded: boolean;
  /** Host and port of the server of the last response, for errors. */
  host: string | undefined;
  /** The last failure: the error if the sink cannot restart. */
  lastError: unknown;
  /** True if a later run may resume from these bytes. */
  resumable: boolean;
}

/** Opens the file in the sink. */
export const openSinkFile = async (incoming: IncomingFile, hashOptions: HashOptions): Promise<TransferState> => {
  const { name } = incoming;
  try {
    const target = await hashOptions.sink.open(incoming);
    return { name, target, hashOptions, lastError: undefined, resumable: true, ...emptyState(hashOptions, target) };
  } catch (thrown) {
    throw toSinkError(name, thrown);
  }
};

const emptyState = (hashOptions: HashOptions, target: SinkFile) => ({
  received: 0,
  contentLength: undefined,
  hashes: createHashes(hashOptions, target),
  digests: undefined,
  keptChecksum: undefined,
  validators: {},
  isUnconfirmed: false,
  isDecoded: false,
  host: undefined,
});

/**
 * Hashes the bytes that an earlier run has kept in the sink, so that the transfer resumes after them.
 *
 * - Emits: nothing.
 * - Completes: when they are hashed; at once if there are none.
 * - Errors: as the sink does.
 * - Unsubscribing: ends the replay.
 */
export const replayKept = (state: TransferState): Observable<never> =>
  defer(() => {
    const { name, target, hashes } = state;
    const { keptBytes = 0, keptChecksum, path = name } = target;
    if (keptBytes === 0) return EMPTY;
    if (target.replay !== undefined)
      return hashBytes(target.replay.bind(target), [...hashes.values()], path).pipe(
        tap({
          complete: () => {
            state.received = keptBytes;
            state.keptChecksum = keptChecksum && { algorithm: keptChecksum.algorithm, checksum: keptChecksum.value };
          },
        }),
      );
    // Without `replay` the kept bytes cannot be hashed.
    return from(target.restart?.() ?? EMPTY).pipe(
      ignoreElements(),
      catchError((thrown: unknown) => throwError(() => toSinkError(path, thrown))),
    );
  });

/**
 * Discards the received bytes.
 *
 * - Emits: once the sink has discarded them.
 * - Completes: after it.
 * - Errors: with the last failure, or else `reason`, if the sink cannot restart; and as the sink does.
 * - Unsubscribing: does not stop the sink.
 */
export const restartTransfer = (state: TransferState, reason: () => unknown): Observable<void> =>
  from(restartSink(state, reason)).pipe(tap(() => Object.assign(state, emptyState(state.hashOptions, state.target))));

const restartSink = async ({ name, target, received, lastError }: TransferState, reason: () => unknown): Promise<void> => {
  if (received === 0) return;
  if (target.restart === undefined) throw lastError ?? reason();
  try {
    await target.restart();
  } catch (thrown) {
    throw toSinkError(target.path ?? name, thrown);
  }
};

/** Ends a transfer that is not complete: keeps its bytes for a later run if possible, otherwise discards them. */
export const suspendOrDiscard = ({ target, resumable, isDecoded }: TransferState): Promise<void> =>
  resumable && !isDecoded && target.suspend !== undefined ? target.suspend() : target.discard();
