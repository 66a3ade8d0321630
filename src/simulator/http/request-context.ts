/** Types that request handlers and faults share: the context of a request, and what handles it. */

import type { DataService, Dialect } from '../options/scenario.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';

/** A request with everything that is needed to handle it. */
export interface RequestContext {
  readonly vcenter: SimulatedVCenter;
  readonly request: Request;
  readonly url: URL;
  /** VMware's name of the operation, or another kind of request. */
  readonly operation: string;
  /** Not set for file data, and for paths of neither dialect. */
  readonly dialect: Dialect | undefined;
  /** Aborts when the client aborts the request. */
  readonly signal: AbortSignal | undefined;
}

/** Handles a request; rejects if the client gets no response. */
export type Handle = (context: RequestContext) => Promise<Response>;

/** Effect of a fault on a request: it may call `handle` with the same or another context, change the response, or not call it at all. */
export type FaultEffect = (context: RequestContext, handle: Handle) => Promise<Response>;

/** The part of the server that handles a request. */
export interface MatchedHandler {
  /** Name in the request log and in faults. If not set, the request is not logged, and no fault applies to it. */
  readonly kind: string | undefined;
  /** Not set for file data, and for paths of neither dialect. */
  readonly dialect?: Dialect | undefined;
  readonly handle: (context: RequestContext) => Response | Promise<Response>;
}

/** Returns how a request is handled, or `undefined` if it belongs to another handler. */
export type RequestHandler = (method: string, url: URL) => MatchedHandler | undefined;

/** Returns the same context with other settings of the data service. */
export const withDataService = (context: RequestContext, changes: DataService): RequestContext => {
  const { scenario } = context.vcenter;
  return { ...context, vcenter: { ...context.vcenter, scenario: { ...scenario, data: { ...scenario.data, ...changes } } } };
};
