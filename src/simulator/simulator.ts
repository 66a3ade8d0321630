/** A vCenter in memory. */

import type { DownloadSessionState } from '../model.ts';
import { unlessAborted } from './http/abort.ts';
import { exchange, type SimulatedRequest } from './http/exchange.ts';
import { faults } from './http/faults.ts';
import type { SimulatorOptions } from './options/simulator-options.ts';
import { simulatedVCenter } from './state/simulated-vcenter.ts';

/** A download session that the simulator has. */
export interface SimulatedDownloadSession {
  readonly id: string;
  readonly itemId: string;
  readonly state: DownloadSessionState;
}

/** A vCenter in memory. */
export interface Simulator {
  /** Answers a request as vCenter would, whatever host it names. It may be used in the place of the global `fetch`. */
  readonly fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
  /** The download sessions there are now: neither deleted nor expired. */
  readonly sessions: readonly SimulatedDownloadSession[];
  /** How many logins have not been ended. */
  readonly apiSessions: number;
  /** The requests that were answered so far, in the order of the answers. */
  readonly requests: readonly SimulatedRequest[];
}

/**
 * Starts a vCenter in memory: both dialects, an inventory and a scenario given as plain data, a clock that tests can move.
 *
 * It opens no socket and sets no timer. What takes time is computed from the clock whenever a request asks.
 */
export const createSimulator = (options: SimulatorOptions = {}): Simulator => {
  const vcenter = simulatedVCenter(options);
  const faultFor = faults(vcenter.scenario.faults ?? []);
  const requests: SimulatedRequest[] = [];
  const fetch: Simulator['fetch'] = async (input, init) => {
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    return unlessAborted(signal, async () => {
      const { response, remembered } = await exchange(vcenter, faultFor, new Request(input, init), signal);
      requests.push(remembered);
      return response;
    });
  };
  return {
    fetch,
    get sessions() {
      return vcenter.downloadSessions.all().map(({ id, item, state }) => ({ id, itemId: item.id, state }));
    },
    get apiSessions() {
      return vcenter.apiSessions.count();
    },
    get requests() {
      return [...requests];
    },
  };
};
