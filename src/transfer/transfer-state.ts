/** A file on its way into a sink: what stays of it when a connection breaks. */

import { from, Observable, tap } from 'rxjs';
import type { ChecksumInfo } from '../model/transfer.ts';
import { hashesFor, type Digests, type Hashes } from './verification.ts';
import type { IncomingFile, Sink, SinkFile } from './sink.ts';
import { toSinkError } from './transfer.ts';

/** A file on its way. */
export interface TransferState {
  readonly name: string;
  readonly target: SinkFile;
  /** Bytes that the sink has. */
  received: number;
  /** The length of the file as the answer with its bytes stated it, if it did. */
  contentLength: number | undefined;
  /** They grow with these bytes, and no others. */
  hashes: Hashes;
  /** What came of the hashes, once they were closed: after that the bytes can only be taken as they are, or be forgotten. */
  digests: Digests | undefined;
  /** What told the content of these bytes from any other, if the server said. */
  validator: string | undefined;
  /** What broke last, if anything: what a sink fails with that cannot start over. */
  lastError: unknown;
  /** Whether these bytes may be the first ones of the file, so that a later run may go on from them. */
  resumable: boolean;
}

/** Room for a file in a sink. */
export const openSinkFile = async (
  sink: Sink,
  incoming: IncomingFile,
  stated: ChecksumInfo | undefined,
): Promise<TransferState> => {
  const { name } = incoming;
  try {
    const target = await sink.open(incoming);
    return { name, target, lastError: undefined, resumable: true, ...emptyState(sink, stated) };
  } catch (thrown) {
    throw toSinkError(name, thrown);
  }
};

const emptyState = (sink: Sink, stated: ChecksumInfo | undefined) => ({
  received: 0,
  contentLength: undefined,
  hashes: hashesFor(sink, stated),
  digests: undefined,
  validator: undefined,
});

/**
 * Takes up what an earlier run has left: its bytes are read again, for the checksums.
 *
 * - Emits: nothing. - Completes: when they are read; at once where there are none.
 * - Errors: as the sink does. - Unsubscribing: ends the reading.
 */
export const replayKept = (arrival: TransferState): Observable<never> =>
  new Observable<never>((subscriber) => {
    const { target, hashes } = arrival;
    const { keptBytes = 0 } = target;
    const take = (bytes: Uint8Array): void => {
      if (subscriber.closed) throw new Error('nobody waits for it any more');
      for (const hash of hashes.values()) hash.update(bytes);
    };
    if (keptBytes === 0) return subscriber.complete();
    // Bytes that cannot be read again cannot be proven.
    const took = target.replay === undefined ? target.restart?.() : target.replay(take);
    Promise.resolve(took).then(
      () => {
        arrival.received = target.replay === undefined ? 0 : keptBytes;
        subscriber.complete();
      },
      (thrown: unknown) => subscriber.error(toSinkError(target.path ?? arrival.name, thrown)),
    );
    return undefined;
  });

/**
 * Forgets the bytes that came.
 *
 * - Emits: nothing. - Completes: when the sink has forgotten them.
 * - Errors: with what broke before, or else `reason`, where the sink cannot start over, and as the sink does.
 * - Unsubscribing: leaves the sink to it.
 */
export const restartTransfer = (
  arrival: TransferState,
  sink: Sink,
  stated: ChecksumInfo | undefined,
  reason: () => unknown,
): Observable<void> => from(restartSink(arrival, reason)).pipe(tap(() => Object.assign(arrival, emptyState(sink, stated))));

const restartSink = async ({ name, target, received, lastError }: TransferState, reason: () => unknown): Promise<void> => {
  if (received === 0) return;
  if (target.restart === undefined) throw lastError ?? reason();
  try {
    await target.restart();
  } catch (thrown) {
    throw toSinkError(target.path ?? name, thrown);
  }
};

/** What becomes of a file that did not come to its end. */
export const suspendOrDiscard = ({ target, resumable }: TransferState): Promise<void> =>
  resumable && target.suspend !== undefined ? target.suspend() : target.discard();
