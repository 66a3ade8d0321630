/** The bytes of one file, from an open body into a sink: counted, hashed, and held back when the sink is slow. */

import { asyncScheduler, catchError, concat, defer, filter, map, Observable, of, tap, throwError } from 'rxjs';
import { isContentLibraryError, SinkError, TransportError, TruncatedError } from '../errors/index.ts';
import { bufferRelease, type ReleaseBuffer } from './release-buffer.ts';
import { assertLength } from './verification.ts';
import type { SinkHash, SinkFile } from './sink.ts';
import { errorIfStalled } from '../operators/error-if-stalled.ts';

/** What {@link transfer} moves, and where. */
export interface TransferOptions {
  readonly file: string;
  readonly stream: ReadableStream<Uint8Array>;
  readonly target: SinkFile;
  readonly hashes: readonly SinkHash[];
  /** How many bytes the sink has already. */
  readonly from: number;
  /** The lengths of the whole file that were stated, in bytes. */
  readonly lengths: readonly (number | undefined)[];
  /** Told how many bytes the sink has, whenever it was given more: what broke in between goes on from there. */
  readonly onBytes: (received: number) => void;
  /** Milliseconds without a byte after which to give up. */
  readonly stallTimeout: number;
}

/** How far a transfer is, in bytes. */
export interface TransferProgress {
  readonly received: number;
  readonly total: number | undefined;
}

/** Milliseconds between two emissions: bytes come sixty thousand times a gigabyte. */
const PROGRESS_INTERVAL = 200;

/**
 * - Emits: how far it is, at the start, five times a second, and at the end.
 * - Completes: when the last byte was given to the sink and the count is right.
 * - Errors: `TruncatedError` if the count is not what was announced, `TransportError`, `TimeoutError` when nothing comes, `SinkError`.
 * - Unsubscribing: cancels the body. What the sink has so far is for its owner to keep or to discard.
 */
export const transfer = (options: TransferOptions): Observable<TransferProgress> =>
  defer(() => {
    const { file, from, lengths, stallTimeout, onBytes } = options;
    const total = lengths.find((length) => length !== undefined);
    let received = from;
    let lastEmittedAt = asyncScheduler.now();
    let waitingSince: number | undefined;
    const chunks$ = writeChunks({
      ...options,
      onWait: (since) => {
        waitingSince = since;
      },
      onChunk: (bytes) => {
        received += bytes;
        onBytes(received);
      },
    }).pipe(
      errorIfStalled({ operation: transferLabel(file), limit: stallTimeout, waitingSince: () => waitingSince }),
      catchError((thrown: unknown) => throwError(() => toBodyError(file, received, total, thrown))),
    );
    const progress$ = chunks$.pipe(
      filter(() => asyncScheduler.now() - lastEmittedAt >= PROGRESS_INTERVAL && received !== total),
      map((): TransferProgress => ({ received, total })),
      tap(() => {
        lastEmittedAt = asyncScheduler.now();
      }),
    );
    const last$ = defer(() => {
      assertLength(file, received, lengths);
      return of({ received, total });
    });
    return concat(of({ received, total }), progress$, last$);
  });

interface ChunkOptions extends Pick<TransferOptions, 'file' | 'stream' | 'target' | 'hashes'> {
  /** Told since when the server is waited for, and `undefined` while it is the sink. */
  readonly onWait: (since: number | undefined) => void;
  /** Told the length of every piece as it is given to the sink. */
  readonly onChunk: (bytes: number) => void;
}

/** Emits once for every piece that was hashed and taken by the sink; reads no further until then. */
const writeChunks = ({ file, stream, target, hashes, onWait, onChunk }: ChunkOptions): Observable<void> =>
  new Observable((subscriber) => {
    const release = bufferRelease(stream);
    const reader = stream.getReader();
    const next = (): Promise<ReadableStreamReadResult<Uint8Array>> => {
      onWait(asyncScheduler.now());
      return reader.read();
    };
    const read = async (): Promise<void> => {
      for (let part = await next(); !part.done && !subscriber.closed; part = await next()) {
        onWait(undefined);
        for (const hash of hashes) hash.update(part.value);
        // The sink may give it back at once; then it is empty.
        const { byteLength } = part.value;
        // Most pieces only join a batch: a promise for each of them would cost more than they do.
        const waiting = write(file, target, part.value, release);
        onChunk(byteLength);
        if (waiting !== undefined) await waiting;
        subscriber.next();
      }
    };
    read().then(
      () => subscriber.complete(),
      (thrown: unknown) => subscriber.error(thrown),
    );
    return () => {
      // A stream that has ended or broken has nothing to cancel, and says so.
      reader.cancel().catch(() => undefined);
    };
  });

const write = (file: string, target: SinkFile, bytes: Uint8Array, release: ReleaseBuffer | undefined): void | Promise<void> => {
  const fail = (thrown: unknown): never => {
    throw toSinkError(target.path ?? file, thrown);
  };
  try {
    return target.write(bytes, release)?.catch(fail);
  } catch (thrown) {
    return fail(thrown);
  }
};

/** What errors call the transfer of a file. */
export const transferLabel = (file: string): string => `download of ${JSON.stringify(file)}`;

/** What a sink threw, as one of this library's errors. */
export const toSinkError = (path: string, thrown: unknown): unknown => {
  if (isContentLibraryError(thrown)) return thrown;
  const reason = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);
  return new SinkError({ path, reason }, { cause: thrown });
};

const toBodyError = (file: string, received: number, total: number | undefined, thrown: unknown): unknown => {
  if (isContentLibraryError(thrown)) return thrown;
  if (total !== undefined && received < total) return new TruncatedError({ file, expected: total, received }, { cause: thrown });
  return new TransportError(
    { operation: transferLabel(file), reason: `the connection broke after ${received} bytes` },
    { cause: thrown },
  );
};
