/** One operation, sent as often as the connection's patience with passing failures allows. */

import type { Observable } from 'rxjs';
import { retrying, type RetryPolicy } from './retrying.ts';
import { repeatOf, type Dialect, type Operation } from './route.ts';
import { send, type Transport } from './vapi.ts';

/** The way to a server, and how often it is gone. */
export interface Line extends Transport {
  /** Not set: once. */
  readonly retry: RetryPolicy | undefined;
}

/**
 * Calls one operation.
 *
 * - Emits: the decoded answer. - Completes: after it.
 * - Errors: as {@link send}, with the last failure of several. - Unsubscribing: aborts the request, or the wait for the next one.
 */
export const call = <I extends object, A>(
  line: Line,
  dialect: Dialect,
  operation: Operation<I, A>,
  input: I,
  headers: Readonly<Record<string, string>>,
): Observable<A> => {
  const request$ = send(line, dialect, operation, input, headers);
  return line.retry === undefined ? request$ : request$.pipe(retrying(line.retry, operation.name, repeatOf(operation, input)));
};
