/** One request and its answer, and what is remembered of the two. */

import { BrokenConnectionError } from '../faults/connection-faults.ts';
import type { Dialect } from '../options/scenario.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import type { FaultEffect, Handle } from './request-context.ts';
import { handleFileData } from './file-data-handler.ts';
import { handleOperation, handleUnknownRoute } from './operation-handler.ts';
import { findRoute } from './router.ts';
import { handleSoap, isSoap } from './soap-handler.ts';

/** A request that was answered, or whose connection was broken by a fault. */
export interface SimulatedRequest {
  readonly method: string;
  /** Path and query, with `*` for the secret part of a data link. */
  readonly path: string;
  /** VMware's name, such as `content.library.item.DownloadSession.create`; `data` for the bytes of files; `soap`; `unknown`. */
  readonly operation: string;
  /** Not set for the bytes of files, and for paths of neither dialect. */
  readonly dialect?: Dialect;
  /** The HTTP status of the answer; 0 where a fault broke the connection instead. */
  readonly status: number;
}

/** How an exchange ended. */
export interface HandledRequest {
  /** Answers the client, or throws what it sees of a connection that broke. */
  readonly respond: () => Response;
  readonly logEntry: SimulatedRequest;
}

const dataPath = /^\/cls\/(data\/[^/]*|static)/;
const secretPath = /^\/cls\/data\/[^/]*/;

/** Answers a request. */
export const handleRequest = async (
  vcenter: SimulatedVCenter,
  faults: FaultEffect,
  request: Request,
  signal: AbortSignal | undefined,
): Promise<HandledRequest> => {
  const { method } = request;
  const url = new URL(request.url);
  const match = findRoute(method, url);
  const isData = dataPath.test(url.pathname);
  const operation = isData ? 'data' : isSoap(url) ? 'soap' : (match?.route.operation ?? 'unknown');
  const dialect = match?.dialect ?? dialectOf(url.pathname);
  const handle: Handle = async (context) => {
    if (isData) return handleFileData(context.vcenter, context.request, url, signal);
    if (isSoap(url)) return handleSoap(context.vcenter, context.request, url);
    if (match === undefined) return handleUnknownRoute(context.vcenter, method, url);
    return handleOperation(context.vcenter, context.request, url, match);
  };
  const path = url.pathname.replace(secretPath, '/cls/data/*') + url.search;
  const known = { method, path, operation, ...(dialect === undefined ? {} : { dialect }) };
  try {
    const response = await faults({ vcenter, request, url, operation, dialect, signal }, handle);
    response.headers.set('date', new Date(vcenter.clock.now()).toUTCString());
    return { respond: () => response, logEntry: { ...known, status: response.status } };
  } catch (thrown) {
    if (!(thrown instanceof BrokenConnectionError)) throw thrown;
    const broken = () => {
      throw thrown;
    };
    return { respond: broken, logEntry: { ...known, status: 0 } };
  }
};

const dialectOf = (path: string): Dialect | undefined => {
  if (path.startsWith('/api/')) return 'api';
  return path.startsWith('/rest/') ? 'rest' : undefined;
};
