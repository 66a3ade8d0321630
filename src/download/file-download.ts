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
import { putAway, roomFor, startOver, takeUp, type Arrival } from '../transfer/arrival.ts';
import { bracket } from '../bracket.ts';
import { bytesBehind } from '../transfer/bytes-behind.ts';
import { isContentLibraryError } from '../errors.ts';
import type { Progress, Retrying, Saved } from './events.ts';
import type { FileSource, PreparedFile } from './prepared-files.ts';
import type { ChecksumInfo } from '../model/transfer.ts';
import type { Parts } from '../transfer/parts.ts';
import { isDamage, persisting, type Persistence } from '../transfer/persistence.ts';
import type { BytesBehind } from '../transfer/prepared-body.ts';
import { statedChecksum } from '../transfer/proof.ts';
import { proven } from './proven.ts';
import type { ContentIdentity, IncomingFile, Proof, Sink } from '../transfer/sink.ts';
import { sinkFailure, type Transferred } from '../transfer/transfer.ts';
import { isBusy } from '../connection/retrying.ts';
import { wire, type VCenter } from '../connection/vcenter.ts';

/** A file to download, and where it goes. */
export interface FileDownload {
  readonly vc: VCenter;
  readonly name: string;
  readonly sink: Sink;
  /** The file, as soon as it is prepared, by any source but the one that was lost. */
  readonly prepared: (lost: FileSource | undefined) => Observable<PreparedFile>;
  /** What tells its content from any other. */
  readonly content: ContentIdentity | undefined;
  /** What the library itself states of the stored file, if anything. */
  readonly stated: ChecksumInfo | undefined;
  /** Milliseconds without a byte after which to give up. */
  readonly stall: number;
  /** How it may be fetched in parts. */
  readonly parts: Parts;
  readonly persistence: Persistence;
  /** Told 1 when bytes begin to come, and -1 when they end. */
  readonly onFlow: (change: 1 | -1) => void;
  /** Told before each pause. */
  readonly onRetry: (retrying: Retrying, busy: boolean) => void;
}

/**
 * - Emits: `progress`, then `saved`.
 * - Completes: when the file stands under its name, proven, or stood there already.
 * - Errors: `TruncatedError`, `ChecksumError`, `SinkError`, `UnsafeNameError`, `UnsupportedEndpointError`, and as requests do, when it
 *   cannot be brought any further.
 * - Unsubscribing: cancels the transfer; the sink keeps what came for a later run, if it can.
 */
export const fileDownload = (file: FileDownload): Observable<Progress | Saved> =>
  alreadyThere(file).pipe(
    concatMap((saved) =>
      saved === undefined
        ? file.prepared(undefined).pipe(
            concatMap(({ info }) => {
              // A session that states the checksum already spares all algorithms but its own.
              const stated = info.checksum_info ?? file.stated;
              return bracket({
                acquire: defer(() => from(roomFor(file.sink, incomingOf(file, info.size), stated))),
                use: (arrival) => intoPlace({ ...file, stated }, arrival),
                release: (arrival, ending) => (ending === 'complete' ? EMPTY : defer(() => from(putAway(arrival)))),
                hold: () => file.vc[wire].hold(),
              });
            }),
          )
        : of(saved),
    ),
  );

const incomingOf = ({ name, content }: FileDownload, size: number | undefined): IncomingFile => ({
  name,
  ...(size === undefined ? {} : { size }),
  ...(content === undefined ? {} : { content }),
});

const intoPlace = (file: FileDownload, arrival: Arrival): Observable<Progress | Saved> => {
  const { name, sink, stated, persistence, onFlow, onRetry } = file;
  const planOf = persisting(persistence);
  let source: FileSource | undefined;
  let lost: FileSource | undefined;
  let proof: Proof | undefined;

  const attempt$ = defer(() => file.prepared(lost)).pipe(
    concatMap((prepared) => {
      const { info } = prepared;
      source = prepared.source;
      const { finalInfo } = source;
      const asked: BytesBehind = { ...file, info, arrival };
      const bytes$ = bytesBehind(asked).pipe(map((state) => progressOf(name, state)));
      const proof$ = proven(asked, (needsChecksum) => finalInfo(name, needsChecksum)).pipe(
        tap((shown) => {
          proof = shown;
        }),
        ignoreElements(),
      );
      return defer(() => {
        onFlow(1);
        return concat(bytes$, proof$).pipe(finalize(() => onFlow(-1)));
      });
    }),
  );

  const startAnew = (thrown: unknown): Observable<void> => startOver(arrival, sink, stated, () => thrown);

  const again = (thrown: unknown): Observable<unknown> => {
    const isClosed = arrival.digests !== undefined;
    if (source?.isLost(thrown)) {
      lost = source;
      source.onLost(thrown);
      return isClosed ? startAnew(thrown) : of(undefined);
    }
    arrival.broken = thrown;
    const plan = planOf(thrown, arrival.received);
    if (plan === undefined || !isContentLibraryError(thrown)) {
      arrival.sound = !isDamage(thrown);
      return throwError(() => thrown);
    }
    onRetry({ type: 'retrying', file: name, attempt: plan.attempt, delay: plan.delay, error: thrown }, isBusy(thrown));
    const pause$ = timer(plan.delay);
    return plan.anew || isClosed ? startAnew(thrown).pipe(concatMap(() => pause$)) : pause$;
  };

  return concat(
    takeUp(arrival),
    attempt$.pipe(retry({ delay: again })),
    defer(() => saved(name, arrival, proof ?? { verified: 'none' })),
  );
};

const progressOf = (file: string, { received, total }: Transferred): Progress => ({
  type: 'progress',
  file,
  received,
  ...(total === undefined ? {} : { total }),
});

const saved = (name: string, arrival: Arrival, proof: Proof): Observable<Saved> => {
  const { target, received } = arrival;
  return from(target.commit(proof)).pipe(
    catchError((thrown: unknown) => {
      // All bytes are there, and the sink will not have them: neither will it the next time.
      arrival.sound = false;
      return throwError(() => sinkFailure(target.path ?? name, thrown));
    }),
    map((): Saved => ({
      type: 'saved',
      file: name,
      bytes: received,
      ...(target.path === undefined ? {} : { path: target.path }),
      ...proof,
    })),
  );
};

/** What need not be fetched: a file whose content the library states, and which the sink has, byte for byte. */
const alreadyThere = ({ name, sink, content, stated }: FileDownload): Observable<Saved | undefined> =>
  new Observable((subscriber) => {
    const checksum = stated === undefined ? undefined : statedChecksum(stated);
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
      (thrown: unknown) => subscriber.error(sinkFailure(name, thrown)),
    );
    return () => controller.abort();
  });
