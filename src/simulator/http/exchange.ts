/** One request and its answer, and what is remembered of the two. */

import type { Dialect } from '../options/dialect.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { BrokenConnection } from './broken-connection.ts';
import { answerCall, answerUnknownRoute } from './operation-call.ts';
import type { Answering, Effect } from './received.ts';
import { findRoute } from './router.ts';
import { answerSoap, isSoap } from './soap.ts';
import { answerTransfer } from './transfer.ts';

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
export interface Exchanged {
  /** Answers the client, or throws what it sees of a connection that broke. */
  readonly deliver: () => Response;
  readonly remembered: SimulatedRequest;
}

const dataPath = /^\/cls\/(data\/[^/]*|static)/;
const secretPath = /^\/cls\/data\/[^/]*/;

/** Answers a request. */
export const exchange = async (
  vcenter: SimulatedVCenter,
  faults: Effect,
  request: Request,
  signal: AbortSignal | undefined,
): Promise<Exchanged> => {
  const { method } = request;
  const url = new URL(request.url);
  const match = findRoute(method, url);
  const isData = dataPath.test(url.pathname);
  const operation = isData ? 'data' : isSoap(url) ? 'soap' : (match?.route.operation ?? 'unknown');
  const dialect = match?.dialect ?? dialectOf(url.pathname);
  const realAnswer: Answering = async (received) => {
    if (isData) return answerTransfer(received.vcenter, received.request, url, signal);
    if (isSoap(url)) return answerSoap(received.vcenter, received.request, url);
    if (match === undefined) return answerUnknownRoute(received.vcenter, method, url);
    return answerCall(received.vcenter, received.request, url, match);
  };
  const path = url.pathname.replace(secretPath, '/cls/data/*') + url.search;
  const known = { method, path, operation, ...(dialect === undefined ? {} : { dialect }) };
  try {
    const response = await faults({ vcenter, request, url, operation, dialect, signal }, realAnswer);
    response.headers.set('date', new Date(vcenter.clock.now()).toUTCString());
    return { deliver: () => response, remembered: { ...known, status: response.status } };
  } catch (thrown) {
    if (!(thrown instanceof BrokenConnection)) throw thrown;
    const broken = () => {
      throw thrown;
    };
    return { deliver: broken, remembered: { ...known, status: 0 } };
  }
};

const dialectOf = (path: string): Dialect | undefined => {
  if (path.startsWith('/api/')) return 'api';
  return path.startsWith('/rest/') ? 'rest' : undefined;
};
