/** The request log: the latest requests, and the number of requests by operation. */

import { Observable, Subject } from 'rxjs';
import type { SimulatedRequest } from './http/handle-request.ts';
import { requestKinds } from './http/routes.ts';

/** Maximum number of requests in the log. A simulator may run for weeks. */
const CAPACITY = 10_000;

/** The request log of a simulator. */
export interface RequestLog {
  readonly add: (request: SimulatedRequest, at: number) => void;
  /** Returns the latest requests, in the order of their responses. */
  readonly last: () => readonly SimulatedRequest[];
  /** Returns the same with the time of the response, in milliseconds since 1970. */
  readonly lastWithTime: () => readonly (readonly [at: number, request: SimulatedRequest])[];
  /** Returns the number of requests for an operation; throws if there is no such operation. */
  readonly count: (operation: string) => number;
  /** Emits every request from the subscription on. */
  readonly added$: Observable<SimulatedRequest>;
  /** Removes all requests; subscribers stay subscribed. */
  readonly clear: () => void;
}

/** Creates an empty request log. */
export const createRequestLog = (): RequestLog => {
  let entries: (readonly [at: number, request: SimulatedRequest])[] = [];
  const counts = new Map<string, number>();
  const added = new Subject<SimulatedRequest>();
  const increase = (operation: string): void => void counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return {
    add: (request, at) => {
      entries.push([at, request]);
      // Dropping one entry at a time would move all others each time.
      if (entries.length >= 2 * CAPACITY) entries = entries.slice(-CAPACITY);
      increase(request.operation);
      increase('*');
      added.next(request);
    },
    last: () => entries.slice(-CAPACITY).map(([, request]) => request),
    lastWithTime: () => entries.slice(-CAPACITY),
    count: (operation) => {
      if (operation !== '*' && !requestKinds.has(operation))
        throw new RangeError(`There is no operation ${operation}. Count one such as content.Library.list, data or *.`);
      return counts.get(operation) ?? 0;
    },
    added$: new Observable((subscriber) => added.subscribe(subscriber)),
    clear: () => {
      entries = [];
      counts.clear();
    },
  };
};
