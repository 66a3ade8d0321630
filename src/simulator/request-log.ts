/** The requests that were answered: the last of them, and how many there were of each kind. */

import { Observable, Subject } from 'rxjs';
import type { SimulatedRequest } from './http/handle-request.ts';
import { requestKinds } from './http/routes.ts';

/** How many requests are remembered. A simulator may run for weeks. */
const CAPACITY = 10_000;

/** The requests that were answered. */
export interface RequestLog {
  readonly add: (request: SimulatedRequest, at: number) => void;
  /** The last ones, in the order of the answers. */
  readonly last: () => readonly SimulatedRequest[];
  /** The same, with the time of the answer in milliseconds since 1970. */
  readonly lastWithTime: () => readonly (readonly [at: number, request: SimulatedRequest])[];
  /** How many there were of an operation; throws where there is no such operation. */
  readonly count: (operation: string) => number;
  /** Emits every request from the subscription on. */
  readonly added$: Observable<SimulatedRequest>;
  /** Forgets everything but its subscribers. */
  readonly clear: () => void;
}

/** Starts with no request answered. */
export const createRequestLog = (): RequestLog => {
  let entries: (readonly [at: number, request: SimulatedRequest])[] = [];
  const counts = new Map<string, number>();
  const added = new Subject<SimulatedRequest>();
  const increase = (operation: string): void => void counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return {
    add: (request, at) => {
      entries.push([at, request]);
      // Now and then, for taking away the first of many moves all the others.
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
