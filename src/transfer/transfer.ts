/** Transfers one body into a sink: counts and hashes its bytes, and reads no faster than the sink writes. */

import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  filter,
  finalize,
  map,
  of,
  tap,
  throwError,
  type Observable,
  type Subscription,
} from 'rxjs';
import { isContentLibraryError, SinkError, TransportError, TruncatedError } from '../errors/index.ts';
import { errorIfStalled } from '../operators/error-if-stalled.ts';
import { createFreeBuffer, type FreeBuffer } from './free-buffer.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { readChunks } from './read-chunks.ts';
import type { SinkFile, SinkHash } from './sink.ts';
import type { SpeedMeter } from './speed-floor.ts';
import { assertLength } from './verification.ts';

/** Options of {@link transfer}. */
export interface TransferOptions {
  readonly file: string;
  readonly stream: ReadableStream<Uint8Array>;
  readonly target: SinkFile;
  readonly hashes: readonly SinkHash[];
  /** Number of bytes that the sink already has. */
  readonly from: number;
  /** The lengths that were stated for the complete file, in bytes. */
  readonly lengths: readonly (number | undefined)[];
  /** Called with the number of bytes that the sink has, after each chunk. A retry resumes from there. */
  readonly onBytes: (received: number) => void;
  /** Maximum time without a byte, in milliseconds. */
  readonly stallTimeout: number;
  /** Host and port of the server, for errors. */
  readonly host?: string | undefined;
  /** Frees a chunk of the stream once the sink does not need it any more. @default depends on the stream */
  readonly freeBuffer?: FreeBuffer | undefined;
  /** Measures the speed. @default the speed is not measured */
  readonly meter?: SpeedMeter;
  /** Limits the speed. @default it is not limited */
  readonly rateLimiter?: RateLimiter | undefined;
}

/** Progress of a transfer, in bytes. */
export interface TransferProgress {
  readonly received: number;
  readonly total: number | undefined;
}

/** Milliseconds between two emissions. A gigabyte has about 60,000 chunks. */
const PROGRESS_INTERVAL = 200;

/**
 * Transfers a body into a sink file.
 *
 * - Emits: the progress at the start, five times a second, and at the end.
 * - Completes: when the sink has taken the last byte and the length is right.
 * - Errors: `TruncatedError` if the length is not as stated, `TransportError`, `TimeoutError` if no byte is received, `SinkError`.
 * - Unsubscribing: cancels the body. The sink file stays open; its owner suspends or discards it.
 */
export const transfer = (options: TransferOptions): Observable<TransferProgress> =>
  defer(() => {
    const { file, stream, target, hashes, from, lengths, onBytes, stallTimeout, host, meter, rateLimiter } = options;
    const total = lengths.find((length) => length !== undefined);
    const freeBuffer = options.freeBuffer ?? createFreeBuffer(stream);
    let received = from;
    let lastEmittedAt = asyncScheduler.now();
    /** When the read in progress started; `undefined` while the sink is writing. */
    let waitingSince: number | undefined = lastEmittedAt;

    let delayTimer: Subscription | undefined;
    const delay = (milliseconds: number): Promise<void> =>
      new Promise((resolve) => {
        delayTimer = asyncScheduler.schedule(() => resolve(), milliseconds);
      });
    const setWaiting = (since: number | undefined): void => {
      waitingSince = since;
      if (meter !== undefined) meter.isPaused = since === undefined;
    };
    const writeChunk = (chunk: Uint8Array): void | Promise<void> => {
      setWaiting(undefined);
      for (const hash of hashes) hash.update(chunk);
      // The sink may free the chunk at once, which empties it.
      const { byteLength } = chunk;
      const written = write(file, target, chunk, freeBuffer);
      received += byteLength;
      if (meter !== undefined) meter.bytes += byteLength;
      onBytes(received);
      const milliseconds = rateLimiter?.delayAfter(byteLength) ?? 0;
      return milliseconds === 0 ? written : Promise.all([written, delay(milliseconds)]).then(() => undefined);
    };
    const chunks$ = readChunks(stream, writeChunk).pipe(
      tap(() => setWaiting(asyncScheduler.now())),
      errorIfStalled({ operation: transferLabel(file), limit: stallTimeout, waitingSince: () => waitingSince, host }),
      catchError((thrown: unknown) => throwError(() => toBodyError(options, received, total, thrown))),
      finalize(() => delayTimer?.unsubscribe()),
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

const write = (file: string, target: SinkFile, chunk: Uint8Array, freeBuffer: FreeBuffer | undefined): void | Promise<void> => {
  const fail = (thrown: unknown): never => {
    throw toSinkError(target.path ?? file, thrown);
  };
  try {
    return target.write(chunk, freeBuffer)?.catch(fail);
  } catch (thrown) {
    return fail(thrown);
  }
};

/** Returns the name of a transfer in error messages. */
export const transferLabel = (file: string): string => `download of ${JSON.stringify(file)}`;

/** Turns what a sink has thrown into an error of this library. */
export const toSinkError = (path: string, thrown: unknown): unknown => {
  if (isContentLibraryError(thrown)) return thrown;
  const reason = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);
  return new SinkError({ path, reason }, { cause: thrown });
};

const toBodyError = ({ file, host }: TransferOptions, received: number, total: number | undefined, thrown: unknown): unknown => {
  if (isContentLibraryError(thrown)) return thrown;
  if (total !== undefined && received < total) return new TruncatedError({ file, expected: total, received }, { cause: thrown });
  return new TransportError(
    { operation: transferLabel(file), reason: `the connection to ${host ?? 'the server'} broke after ${received} bytes`, host },
    { cause: thrown },
  );
};
