/** Serves the simulator's page at `/` and its data at `/simulator/state`, paths that no vCenter has. */

import type { SimulatedDownloadSession } from '../download-session-view.ts';
import type { SimulatedRequest } from '../http/handle-request.ts';
import type { RequestHandler } from '../http/request-context.ts';
import { pageDocument } from './document.ts';

/** Maximum number of requests in a response. */
const MAX_REQUESTS = 200;

/** Data of the page. It contains no secrets: neither tokens nor data links. */
export interface PageState {
  readonly version: string;
  /** Increases with every reset. */
  readonly run: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Bytes. */
  readonly bytesServed: number;
  readonly apiSessions: number;
  readonly sessions: readonly SimulatedDownloadSession[];
  /** Number of requests since the last reset. */
  readonly requestCount: number;
  /** The latest requests. */
  readonly requests: readonly (SimulatedRequest & { readonly at: number })[];
}

/** Creates the handler of the page. Its requests are not logged, and faults do not apply to them. */
export const createPageHandler =
  (getState: () => PageState): RequestHandler =>
  (method, { pathname, searchParams }) => {
    if (method !== 'GET') return undefined;
    if (pathname === '/') return { kind: undefined, handle: () => response('text/html; charset=utf-8', pageDocument) };
    if (pathname !== '/simulator/state') return undefined;
    return { kind: undefined, handle: () => stateResponse(getState(), searchParams) };
  };

/** Omits requests that the page has already received in the same run. */
const stateResponse = (state: PageState, searchParams: URLSearchParams): Response => {
  const seen = searchParams.get('run') === String(state.run) ? Number(searchParams.get('seen')) : 0;
  const start = Math.max(0, state.requests.length - Math.min(state.requestCount - seen, MAX_REQUESTS));
  return response('application/json', JSON.stringify({ ...state, requests: state.requests.slice(start) }));
};

const response = (contentType: string, body: string): Response =>
  new Response(body, {
    headers: {
      'content-type': contentType,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:",
    },
  });
