/** A request that has arrived, with what is known of it before it is answered. */

import type { DataService } from '../options/data-service.ts';
import type { Dialect } from '../options/dialect.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';

/** A request that has arrived. */
export interface Received {
  readonly vcenter: SimulatedVCenter;
  readonly request: Request;
  readonly url: URL;
  /** VMware's name of the operation, or another kind of request. */
  readonly operation: string;
  /** Not set for the bytes of files, and for paths of neither dialect. */
  readonly dialect: Dialect | undefined;
  /** Aborts when the client gives up. */
  readonly signal: AbortSignal | undefined;
}

/** Answers a request; rejects where the client gets no answer. */
export type Answering = (received: Received) => Promise<Response>;

/** What a fault makes of a request: it may ask for the real answer, for one to a request it has changed, or do without. */
export type Effect = (received: Received, realAnswer: Answering) => Promise<Response>;

/** The same request at a server whose data service is another one. */
export const withDataService = (received: Received, changes: DataService): Received => {
  const { scenario } = received.vcenter;
  return { ...received, vcenter: { ...received.vcenter, scenario: { ...scenario, data: { ...scenario.data, ...changes } } } };
};
