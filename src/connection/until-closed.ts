/** Ends the streams of a connection when it is closed. */

import { defer, fromEvent, map, of, takeUntil, type MonoTypeOperatorFunction } from 'rxjs';
import { TransportError } from '../errors/index.ts';
import { CLOSED_CODE } from '../errors/transport-error.ts';

/** Returns the error of a request or stream of a closed connection. */
export const closedError = (operation: string): TransportError =>
  new TransportError({ operation, reason: 'the connection was closed', code: CLOSED_CODE });

/**
 * - Emits: as its source.
 * - Completes: with its source.
 * - Errors: `TransportError` with the code `CLOSED` when the signal aborts, and with its source.
 * - Unsubscribing: unsubscribes from its source.
 *
 * @param signal - `undefined`: never aborts.
 */
export const untilAborted = <A>(signal: AbortSignal | undefined, operation: string): MonoTypeOperatorFunction<A> => {
  if (signal === undefined) return (source) => source;
  const aborted$ = defer(() => (signal.aborted ? of(undefined) : fromEvent(signal, 'abort')));
  const throwClosed = (): never => {
    throw closedError(operation);
  };
  return (source) => source.pipe(takeUntil(aborted$.pipe(map(throwClosed))));
};
