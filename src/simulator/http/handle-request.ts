/** Handles one request: finds its handler, applies faults around it, and describes it for the request log. */

import { BrokenConnectionError } from '../faults/connection-faults.ts';
import type { Dialect } from '../options/scenario.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import type { FaultEffect, RequestHandler } from './request-context.ts';

/** A request that the simulator has responded to, or whose connection was broken by a fault. */
export interface SimulatedRequest {
  readonly method: string;
  /** Path and query; the secret part of a data link is replaced by `*`. */
  readonly path: string;
  /** VMware's name, such as `content.library.item.DownloadSession.create`; `data` for file data; `soap`; `unknown`. */
  readonly operation: string;
  /** Not set for file data, and for paths of neither dialect. */
  readonly dialect?: Dialect;
  /** HTTP status of the response; 0 if a fault broke the connection. */
  readonly status: number;
}

/** A request that was handled. */
export interface HandledRequest {
  /** Returns the response, or throws the client's error if the connection was broken. */
  readonly respond: () => Response;
  /** Not set for requests that are not logged. */
  readonly logEntry?: SimulatedRequest;
}

const SECRET_PATH = /^\/cls\/data\/[^/]*/;

/**
 * Handles a request with the first handler that matches.
 *
 * @param handlers - The last one MUST match every request.
 */
export const handleRequest = async (
  handlers: readonly RequestHandler[],
  vcenter: SimulatedVCenter,
  faults: FaultEffect,
  request: Request,
  signal: AbortSignal | undefined,
): Promise<HandledRequest> => {
  vcenter.contentChanges.applyDue();
  const { method } = request;
  const url = new URL(request.url);
  const matched = firstMatch(handlers, method, url);
  const { kind: operation, dialect } = matched;
  if (operation === undefined) {
    const response = await matched.handle({ vcenter, request, url, operation: '', dialect, signal });
    return { respond: () => response };
  }
  const path = url.pathname.replace(SECRET_PATH, '/cls/data/*') + url.search;
  const entry = { method, path, operation, ...(dialect === undefined ? {} : { dialect }) };
  try {
    const response = await faults({ vcenter, request, url, operation, dialect, signal }, async (context) =>
      matched.handle(context),
    );
    response.headers.set('date', new Date(vcenter.clock.now()).toUTCString());
    return { respond: () => response, logEntry: { ...entry, status: response.status } };
  } catch (thrown) {
    if (!(thrown instanceof BrokenConnectionError)) throw thrown;
    const rethrow = () => {
      throw thrown;
    };
    return { respond: rethrow, logEntry: { ...entry, status: 0 } };
  }
};

const firstMatch = (handlers: readonly RequestHandler[], method: string, url: URL) => {
  for (const handler of handlers) {
    const matched = handler(method, url);
    if (matched !== undefined) return matched;
  }
  throw new Error(`No handler matches ${method} ${url.pathname}.`);
};
