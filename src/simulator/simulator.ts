/** Creates a simulated vCenter: composes its request handlers, faults and request log into a `fetch`. */

import { Observable, Subject } from 'rxjs';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { downloadSessionViews, type SimulatedDownloadSession } from './download-session-view.ts';
import { createFaults } from './faults/faults.ts';
import { fileDataHandler } from './http/file-data-handler.ts';
import { handleRequest, type SimulatedRequest } from './http/handle-request.ts';
import { notFoundHandler, operationHandler } from './http/operation-handler.ts';
import type { RequestHandler } from './http/request-context.ts';
import { soapHandler } from './http/soap-handler.ts';
import { SIMULATOR_OPTIONS, type SimulatorOptions } from './options/options.ts';
import type { Scenario } from './options/scenario.ts';
import { assertInventory, assertScenario } from './options/validate.ts';
import { createPageHandler, type PageItem, type PageState } from './page/page-handler.ts';
import { createRequestLog } from './request-log.ts';
import type { Catalog } from './state/catalog.ts';
import { createSimulatedVCenter } from './state/simulated-vcenter.ts';

/** A simulated vCenter in memory. */
export interface Simulator {
  /**
   * Handles a request as vCenter would, for any host. Use it in place of the global `fetch`.
   *
   * `/` is a page that displays sessions and requests live. Its own requests are neither logged nor counted.
   */
  readonly fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
  /** The current download sessions with their files, without deleted and expired ones. */
  readonly sessions: readonly SimulatedDownloadSession[];
  /**
   * The download sessions, each time a request changes them.
   *
   * - Emits: the current sessions on subscription; then after every request and every {@link Simulator.reset} that changed them. Time
   *   alone emits nothing: its changes are emitted after the next request. To observe them, read `sessions` with an `interval`.
   * - Completes: never.
   * - Errors: never.
   * - Unsubscribing: has no effect on the simulator.
   */
  readonly sessions$: Observable<readonly SimulatedDownloadSession[]>;
  /** Number of API sessions that were neither ended nor have expired. */
  readonly apiSessions: number;
  /** Number of sessions of the SOAP API, which some clients use for their login. */
  readonly soapSessions: number;
  /** The last 10,000 requests, in the order of their responses. */
  readonly requests: readonly SimulatedRequest[];
  /**
   * Requests from the subscription on.
   *
   * - Emits: every request, before its response is returned to the client.
   * - Completes: never.
   * - Errors: never.
   * - Unsubscribing: has no effect on the simulator.
   */
  readonly requests$: Observable<SimulatedRequest>;
  /**
   * Returns the number of requests for an operation, such as `content.Library.list`; for `data`, `soap` or `unknown`; or for `*`, all.
   *
   * It throws if there is no such operation, so that a misspelled name is not reported as 0 requests.
   */
  readonly count: (operation: string) => number;
  /** Number of file bytes served. */
  readonly bytesServed: number;
  /**
   * Replaces parts of the scenario, for requests from now on. Parts that are not given stay; sessions, requests and counters, too. A
   * preparation that was requested before proceeds as it was planned, and a body that is being read at its speed. The counters of the
   * faults start at 0 if `faults` is given. {@link Simulator.reset} restores the scenario of the options.
   *
   * @throws TypeError with the place of an invalid field, and for a part that cannot be changed.
   * @throws RangeError if a fault can never apply.
   */
  readonly setScenario: (changes: ScenarioChanges) => void;
  /**
   * Restores the initial state: sessions, requests, counters and faults; the same seed generates the same ids again. Pending requests and
   * bodies that are being read fail with an `AbortError`; subscribers stay subscribed.
   */
  readonly reset: () => void;
}

/** The parts of a scenario that can be changed while the simulator runs: see {@link Simulator.setScenario}. */
export type ScenarioChanges = Pick<Scenario, 'preparation' | 'files' | 'data' | 'faults'>;

const CHANGEABLE: OptionNames<ScenarioChanges> = { preparation: true, files: true, data: true, faults: true };

/**
 * Creates a simulated vCenter in memory with both dialects. Its inventory and scenario are plain data, and tests can control its clock.
 *
 * It opens no socket, and sets no timer unless a fault delays a response. The current state is computed from the clock when a
 * request needs it.
 *
 * @throws TypeError with the place of an invalid field of the options, the scenario or the inventory.
 * @throws RangeError if a fault can never apply.
 */
export const createSimulator = (options: SimulatorOptions = {}): Simulator => {
  assertKnownOptions(options, SIMULATOR_OPTIONS);
  if (options.scenario !== undefined) assertScenario(options.scenario);
  if (options.inventory !== undefined) assertInventory(options.inventory);
  const start = (number: number) => {
    const vcenter = createSimulatedVCenter(options);
    const faults = createFaults(vcenter.scenario.faults ?? [], options.seed ?? 1);
    return { number, vcenter, faults, resetController: new AbortController() };
  };
  const log = createRequestLog();
  const changes = new Subject<void>();
  let run = start(1);

  const fetch: Simulator['fetch'] = async (input, init) => {
    const current = run;
    const clientSignal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const signal = anySignal(clientSignal, current.resetController.signal);
    return raceAbort(signal, async () => {
      const request = new Request(input, init);
      const { respond, logEntry } = await handleRequest(handlers, current.vcenter, current.faults, request, signal);
      // Requests from before a reset are not logged after it.
      if (logEntry === undefined || current !== run) return respond();
      log.add(logEntry, current.vcenter.clock.now());
      changes.next();
      return respond();
    });
  };

  const reset = (): void => {
    const { resetController } = run;
    run = start(run.number + 1);
    log.clear();
    resetController.abort(new DOMException('The simulator was reset.', 'AbortError'));
    changes.next();
  };
  const setScenario: Simulator['setScenario'] = (scenarioChanges) => {
    assertKnownOptions(scenarioChanges, CHANGEABLE);
    assertScenario(scenarioChanges);
    const { vcenter } = run;
    const given = Object.fromEntries(Object.entries(scenarioChanges).filter(([, value]) => value !== undefined));
    const faults = scenarioChanges.faults && createFaults(scenarioChanges.faults, options.seed ?? 1);
    run.vcenter = { ...vcenter, scenario: { ...vcenter.scenario, ...given } };
    if (faults !== undefined) run.faults = faults;
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
  const handlers: readonly RequestHandler[] = [
    createPageHandler({
      state: pageState,
      items: () => pageItems(run.vcenter.catalog),
      // Later: a reset aborts pending requests, and this is one.
      reset: () => void setTimeout(reset),
      expire: (sessionId) => {
        const session = run.vcenter.downloadSessions.find(sessionId);
        if (session !== undefined) run.vcenter.downloadSessions.remove(session);
        changes.next();
      },
      refuseNext: () => {
        const { faults } = run;
        const refusal = createFaults([{ operation: '*', kind: 'refusal', errorType: 'SERVICE_UNAVAILABLE', times: 1 }], 1);
        run.faults = (context, handle) => refusal(context, (passed) => faults(passed, handle));
      },
    }),
    fileDataHandler,
    soapHandler,
    operationHandler,
    notFoundHandler,
  ];
  return {
    fetch,
    get sessions() {
      return sessions();
    },
    sessions$: new Observable((subscriber) => {
      let previous: string | undefined;
      const emitIfChanged = (): void => {
        const current = sessions();
        const text = JSON.stringify(current);
        if (text === previous) return;
        previous = text;
        subscriber.next(current);
      };
      emitIfChanged();
      return changes.subscribe(emitIfChanged);
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
    setScenario,
    reset,
  };
};

const pageItems = ({ libraries, itemsOf }: Catalog): readonly PageItem[] =>
  [...libraries.values()].flatMap((library) =>
    itemsOf(library).map(({ name, files }) => ({
      library: library.name,
      name,
      files: files.map(({ name: file, content }) => ({ name: file, size: content.size })),
    })),
  );

const anySignal = (clientSignal: AbortSignal | undefined, resetSignal: AbortSignal): AbortSignal =>
  clientSignal === undefined ? resetSignal : AbortSignal.any([clientSignal, resetSignal]);

/** Returns the response; rejects with the signal's reason if the signal aborts first. */
const raceAbort = async <A>(signal: AbortSignal, getResponse: () => Promise<A>): Promise<A> => {
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([getResponse(), aborted]);
  } finally {
    // A signal may outlive thousands of requests.
    signal.removeEventListener('abort', abort);
  }
};
