/** One request and its answer, and what is remembered of the two. */

import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import type { Faults } from './faults.ts';
import { answerCall, answerUnknownRoute } from './operation-call.ts';
import { findRoute, type Dialect } from './router.ts';
import { answerTransfer } from './transfer.ts';

/** A request that was answered. */
export interface SimulatedRequest {
  readonly method: string;
  /** Path and query, with `*` for the secret part of a data link. */
  readonly path: string;
  /** VMware's name, such as `content.library.item.DownloadSession.create`; `data` for the bytes of files; `unknown`. */
  readonly operation: string;
  /** Not set for the bytes of files, and for paths of neither dialect. */
  readonly dialect?: Dialect;
  /** The HTTP status of the answer. */
  readonly status: number;
}

const dataPath = /^\/cls\/data\/[^/]*/;

/** Answers a request. */
export const exchange = async (
  vcenter: SimulatedVCenter,
  faults: Faults,
  request: Request,
  signal: AbortSignal | undefined,
): Promise<{ readonly response: Response; readonly remembered: SimulatedRequest }> => {
  const { method } = request;
  const url = new URL(request.url);
  const match = findRoute(method, url);
  const isData = dataPath.test(url.pathname);
  const operation = isData ? 'data' : (match?.route.operation ?? 'unknown');
  const dialect = match?.dialect ?? dialectOf(url.pathname);
  const realAnswer = (): Response | Promise<Response> => {
    if (isData) return answerTransfer(vcenter, request, url, signal);
    return match === undefined ? answerUnknownRoute(dialect ?? 'api') : answerCall(vcenter, request, url, match);
  };
  const response = faults(operation) ?? (await realAnswer());
  response.headers.set('date', new Date(vcenter.clock.now()).toUTCString());
  const path = url.pathname.replace(dataPath, '/cls/data/*') + url.search;
  return {
    response,
    remembered: { method, path, operation, ...(dialect === undefined ? {} : { dialect }), status: response.status },
  };
};

const dialectOf = (path: string): Dialect | undefined => {
  if (path.startsWith('/api/')) return 'api';
  return path.startsWith('/rest/') ? 'rest' : undefined;
};
