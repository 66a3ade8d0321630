/** A request that has arrived, with what is known of it before it is answered. */

import type { DataService, Dialect } from '../options/scenario.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';

/** A request that has arrived. */
export interface RequestContext {
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
export type Handle = (context: RequestContext) => Promise<Response>;

/** What a fault makes of a request: it may ask for the real answer, for one to a request it has changed, or do without. */
export type FaultEffect = (context: RequestContext, handle: Handle) => Promise<Response>;

/** The same request at a server whose data service is another one. */
export const withDataService = (context: RequestContext, changes: DataService): RequestContext => {
  const { scenario } = context.vcenter;
  return { ...context, vcenter: { ...context.vcenter, scenario: { ...scenario, data: { ...scenario.data, ...changes } } } };
};
