/** One operation, sent as often as the connection's patience with passing failures allows. */

import type { Observable } from 'rxjs';
import { retryOperation, type RetryPolicy } from './retry.ts';
import { idempotencyOf, type Dialect, type Operation } from './operation.ts';
import { sendOperation, type Transport } from './send.ts';

/** The way to a server, and how often it is gone. */
export interface ApiClient extends Transport {
  /** Not set: once. */
  readonly retry: RetryPolicy | undefined;
}

/**
 * Calls one operation.
 *
 * - Emits: the decoded answer. - Completes: after it.
 * - Errors: as {@link sendOperation}, with the last failure of several. - Unsubscribing: aborts the request, or the wait for the next one.
 */
export const call = <I extends object, A>(
  line: ApiClient,
  dialect: Dialect,
  operation: Operation<I, A>,
  input: I,
  headers: Readonly<Record<string, string>>,
): Observable<A> => {
  const request$ = sendOperation(line, dialect, operation, input, headers);
  return line.retry === undefined
    ? request$
    : request$.pipe(retryOperation(line.retry, operation.name, idempotencyOf(operation, input)));
};
