/** The bytes of one file, from an open body into a sink: counted, hashed, and held back when the sink is slow. */

import {
  asyncScheduler,
  catchError,
  concat,
  concatMap,
  defer,
  filter,
  map,
  Observable,
  of,
  tap,
  throwError,
  timeout,
} from 'rxjs';
import { isContentLibraryError, SinkError, TimeoutError, TransportError, TruncatedError } from './errors.ts';
import type { Hash, SinkFile } from './sink.ts';
import type { Body } from './vapi.ts';

/** What {@link transfer} moves, and where. */
export interface TransferOptions {
  readonly file: string;
  /** Asks for the bytes when it is subscribed. */
  readonly open: Observable<Body>;
  readonly target: SinkFile;
  readonly hashes: readonly Hash[];
  /** The length stated elsewhere than in the answer, in bytes. */
  readonly size: number | undefined;
  /** Milliseconds without a byte after which to give up. */
  readonly stall: number;
}

/** How far a transfer is, in bytes. */
export interface Transferred {
  readonly received: number;
  readonly total: number | undefined;
}

/** Milliseconds between two emissions: bytes come sixty thousand times a gigabyte. */
const tellEvery = 200;

/**
 * - Emits: how far it is, at the start, five times a second, and at the end.
 * - Completes: when the last byte was given to the sink and the count is right.
 * - Errors: `TruncatedError` if the count is not what was announced, `TransportError`, `TimeoutError` when nothing comes, `SinkError`.
 * - Unsubscribing: cancels the body. What the sink has so far is for its owner to discard.
 */
export const transfer = ({ file, open, target, hashes, size, stall }: TransferOptions): Observable<Transferred> =>
  open.pipe(
    concatMap((body) => {
      const total = body.length ?? size;
      let received = 0;
      let told = asyncScheduler.now();
      const bytes$ = chunksOf(body.stream, async (bytes) => {
        for (const hash of hashes) hash.update(bytes);
        await written(file, target, bytes);
      }).pipe(
        timeout({
          each: stall,
          with: () => throwError(() => new TimeoutError({ operation: `download of ${JSON.stringify(file)}`, timeout: stall })),
        }),
        tap((bytes) => {
          received += bytes;
        }),
        catchError((thrown: unknown) => throwError(() => brokenBody(file, received, total, thrown))),
      );
      const told$ = bytes$.pipe(
        filter(() => asyncScheduler.now() - told >= tellEvery && received !== total),
        map((): Transferred => ({ received, total })),
        tap(() => {
          told = asyncScheduler.now();
        }),
      );
      const last$ = defer(() => {
        for (const expected of [body.length, size])
          if (expected !== undefined && received !== expected) throw new TruncatedError({ file, expected, received });
        return of({ received, total });
      });
      return concat(of({ received, total }), told$, last$);
    }),
  );

/** Emits the length of every piece once it was taken; reads no further until then. */
const chunksOf = (stream: ReadableStream<Uint8Array>, take: (bytes: Uint8Array) => Promise<void>): Observable<number> =>
  new Observable((subscriber) => {
    const reader = stream.getReader();
    const read = async (): Promise<void> => {
      for (let part = await reader.read(); !part.done && !subscriber.closed; part = await reader.read()) {
        await take(part.value);
        subscriber.next(part.value.byteLength);
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

const written = async (file: string, target: SinkFile, bytes: Uint8Array): Promise<void> => {
  try {
    await target.write(bytes);
  } catch (thrown) {
    throw sinkFailure(target.path ?? file, thrown);
  }
};

/** What a sink threw, as one of this library's errors. */
export const sinkFailure = (path: string, thrown: unknown): unknown => {
  if (isContentLibraryError(thrown)) return thrown;
  const reason = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);
  return new SinkError({ path, reason }, { cause: thrown });
};

const brokenBody = (file: string, received: number, total: number | undefined, thrown: unknown): unknown => {
  if (isContentLibraryError(thrown)) return thrown;
  if (total !== undefined && received < total) return new TruncatedError({ file, expected: total, received }, { cause: thrown });
  return new TransportError(
    { operation: `download of ${JSON.stringify(file)}`, reason: `the connection broke after ${received} bytes` },
    { cause: thrown },
  );
};
