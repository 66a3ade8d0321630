/** The bytes of one file, from an open body into a sink: counted, hashed, and held back when the sink is slow. */

import { asyncScheduler, catchError, concat, concatMap, defer, filter, map, Observable, of, tap, throwError } from 'rxjs';
import { isContentLibraryError, SinkError, TransportError, TruncatedError } from './errors.ts';
import { refuseOtherLength } from './proof.ts';
import type { Hash, SinkFile } from './sink.ts';
import { unlessStalled } from './stall.ts';
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
      let waitingSince: number | undefined;
      const bytes$ = chunksOf({
        file,
        stream: body.stream,
        target,
        hashes,
        onWait: (since) => {
          waitingSince = since;
        },
      }).pipe(
        unlessStalled({ operation: operationOf(file), limit: stall, waitingSince: () => waitingSince }),
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
        refuseOtherLength(file, received, [body.length, size]);
        return of({ received, total });
      });
      return concat(of({ received, total }), told$, last$);
    }),
  );

interface Chunks {
  readonly file: string;
  readonly stream: ReadableStream<Uint8Array>;
  readonly target: SinkFile;
  readonly hashes: readonly Hash[];
  /** Told since when the server is waited for, and `undefined` while it is the sink. */
  readonly onWait: (since: number | undefined) => void;
}

/** Emits the length of every piece once it was hashed and taken by the sink; reads no further until then. */
const chunksOf = ({ file, stream, target, hashes, onWait }: Chunks): Observable<number> =>
  new Observable((subscriber) => {
    const reader = stream.getReader();
    const next = (): Promise<ReadableStreamReadResult<Uint8Array>> => {
      onWait(asyncScheduler.now());
      return reader.read();
    };
    const read = async (): Promise<void> => {
      for (let part = await next(); !part.done && !subscriber.closed; part = await next()) {
        onWait(undefined);
        for (const hash of hashes) hash.update(part.value);
        // Most pieces only join a batch: a promise for each of them would cost more than they do.
        const waiting = write(file, target, part.value);
        if (waiting !== undefined) await waiting;
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

const write = (file: string, target: SinkFile, bytes: Uint8Array): void | Promise<void> => {
  const fail = (thrown: unknown): never => {
    throw sinkFailure(target.path ?? file, thrown);
  };
  try {
    return target.write(bytes)?.catch(fail);
  } catch (thrown) {
    return fail(thrown);
  }
};

/** What errors call the transfer of a file. */
export const operationOf = (file: string): string => `download of ${JSON.stringify(file)}`;

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
    { operation: operationOf(file), reason: `the connection broke after ${received} bytes` },
    { cause: thrown },
  );
};
