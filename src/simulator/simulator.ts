/** A vCenter in memory. */

import { Observable, Subject } from 'rxjs';
import { downloadSessionViews, type SimulatedDownloadSession } from './download-session-view.ts';
import { createFaults } from './faults/faults.ts';
import { handleRequest, type SimulatedRequest } from './http/handle-request.ts';
import type { SimulatorOptions } from './options/options.ts';
import { pageResponse, type PageState } from './page/page-handler.ts';
import { createRequestLog } from './request-log.ts';
import { createSimulatedVCenter } from './state/simulated-vcenter.ts';

/** A vCenter in memory. */
export interface Simulator {
  /**
   * Answers a request as vCenter would, whatever host it names. It may be used in the place of the global `fetch`.
   *
   * At `/` there is a page for people, which shows sessions and requests while they come and go. Looking at it leaves no trace.
   */
  readonly fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
  /** The download sessions there are now, with their files: neither deleted nor expired. */
  readonly sessions: readonly SimulatedDownloadSession[];
  /**
   * The download sessions, whenever a request has changed them.
   *
   * - Emits: those there are, at once; then after every request, and every {@link Simulator.reset}, that left them different. Time
   *   alone emits nothing: what it changes is seen after the next request. To watch it, look at `sessions` with an `interval`.
   * - Completes: never.
   * - Errors: never.
   * - Unsubscribing: costs and changes nothing.
   */
  readonly sessions$: Observable<readonly SimulatedDownloadSession[]>;
  /** How many logins have neither been ended nor have expired. */
  readonly apiSessions: number;
  /** The same of logins of the SOAP API, which some clients begin with. */
  readonly soapSessions: number;
  /** The last 10,000 requests that were answered, in the order of the answers. */
  readonly requests: readonly SimulatedRequest[];
  /**
   * The requests that are answered from now on.
   *
   * - Emits: every request when it is answered, before the client sees the answer.
   * - Completes: never.
   * - Errors: never.
   * - Unsubscribing: costs and changes nothing.
   */
  readonly requests$: Observable<SimulatedRequest>;
  /**
   * How many requests were answered of an operation, such as `content.Library.list`; of `data`, `soap`, `unknown`; or of `*`, all.
   *
   * It throws where there is no such operation, so that a name that is misspelt is not taken for one that nobody asked for.
   */
  readonly count: (operation: string) => number;
  /** How many bytes of files were served. */
  readonly bytesServed: number;
  /**
   * Makes everything as it was at the beginning: sessions, requests, counters, faults; the same seed gives the same ids again.
   * Requests that wait for their answer and bodies that are being read end with an `AbortError`; subscribers stay.
   */
  readonly reset: () => void;
}

/**
 * Starts a vCenter in memory: both dialects, an inventory and a scenario given as plain data, a clock that tests can move.
 *
 * It opens no socket, and sets no timer unless a fault makes it wait. What takes time is computed from the clock whenever a request asks.
 */
export const createSimulator = (options: SimulatorOptions = {}): Simulator => {
  const start = (number: number) => {
    const vcenter = createSimulatedVCenter(options);
    return {
      number,
      vcenter,
      faultFor: createFaults(vcenter.scenario.faults ?? [], options.seed ?? 1),
      ending: new AbortController(),
    };
  };
  const log = createRequestLog();
  const changes = new Subject<void>();
  let run = start(1);

  const fetch: Simulator['fetch'] = async (input, init) => {
    const current = run;
    const given = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const signal = either(given, current.ending.signal);
    return raceAbort(signal, async () => {
      const request = new Request(input, init);
      const page = pageResponse(request, pageState);
      if (page !== undefined) return page;
      const { respond, logEntry } = await handleRequest(current.vcenter, current.faultFor, request, signal);
      // What was asked for before a reset is no part of what came after it.
      if (current !== run) return respond();
      log.add(logEntry, current.vcenter.clock.now());
      changes.next();
      return respond();
    });
  };

  const sessions = () => downloadSessionViews(run.vcenter);
  const pageState = (): PageState => ({
    version: run.vcenter.scenario.version ?? '8.0',
    run: run.number,
    now: run.vcenter.clock.now(),
    bytesServed: run.vcenter.traffic.bytes,
    apiSessions: run.vcenter.apiSessions.count(),
    sessions: sessions(),
    requestCount: log.count('*'),
    requests: log.lastWithTime().map(([at, request]) => ({ ...request, at })),
  });
  return {
    fetch,
    get sessions() {
      return sessions();
    },
    sessions$: new Observable((subscriber) => {
      let before: string | undefined;
      const look = (): void => {
        const now = sessions();
        const text = JSON.stringify(now);
        if (text === before) return;
        before = text;
        subscriber.next(now);
      };
      look();
      return changes.subscribe(look);
    }),
    get apiSessions() {
      return run.vcenter.apiSessions.count();
    },
    get soapSessions() {
      return run.vcenter.soapSessions.count();
    },
    get requests() {
      return log.last();
    },
    requests$: log.added$,
    count: log.count,
    get bytesServed() {
      return run.vcenter.traffic.bytes;
    },
    reset: () => {
      const { ending } = run;
      run = start(run.number + 1);
      log.clear();
      ending.abort(new DOMException('The simulator was reset.', 'AbortError'));
      changes.next();
    },
  };
};

const either = (given: AbortSignal | undefined, ending: AbortSignal): AbortSignal =>
  given === undefined ? ending : AbortSignal.any([given, ending]);

/** Waits for an answer; rejects with the signal's reason if the request is given up before. */
export const raceAbort = async <A>(signal: AbortSignal | undefined, answer: () => Promise<A>): Promise<A> => {
  if (signal === undefined) return answer();
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([answer(), aborted]);
  } finally {
    // A signal may outlive thousands of requests.
    signal.removeEventListener('abort', abort);
  }
};
