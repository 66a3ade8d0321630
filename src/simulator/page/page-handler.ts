/** Serves the simulator's page at `/`, and its data and actions below `/simulator`, paths that no vCenter has. */

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

/** An item of the inventory, with what the page displays of it. */
export interface PageItem {
  readonly library: string;
  readonly name: string;
  readonly files: readonly { readonly name: string; readonly size: number }[];
}

/** What the page can read and do. */
export interface PageActions {
  readonly state: () => PageState;
  readonly items: () => readonly PageItem[];
  readonly reset: () => void;
  /** Ends the lease of a download session. */
  readonly expire: (sessionId: string) => void;
  /** Refuses the next request with SERVICE_UNAVAILABLE. */
  readonly refuseNext: () => void;
}

/** Creates the handler of the page. Its requests are not logged, and faults do not apply to them. */
export const createPageHandler =
  (actions: PageActions): RequestHandler =>
  (method, { pathname, searchParams }) => {
    const read = READS[pathname];
    if (method === 'GET' && read !== undefined) return { kind: undefined, handle: () => read(actions, searchParams) };
    const act = ACTIONS[pathname];
    if (method !== 'POST' || act === undefined) return undefined;
    return {
      kind: undefined,
      handle: ({ request, url }) => {
        // Another site's page may send a request, but not without its origin.
        const origin = request.headers.get('origin');
        if (origin !== null && origin !== url.origin) return new Response(null, { status: 403 });
        act(actions, searchParams);
        return new Response(null, { status: 204 });
      },
    };
  };

const READS: Readonly<Record<string, (actions: PageActions, searchParams: URLSearchParams) => Response>> = {
  '/': () => response('text/html; charset=utf-8', pageDocument),
  '/simulator/state': ({ state }, searchParams) => stateResponse(state(), searchParams),
  '/simulator/items': ({ items }) => response('application/json', JSON.stringify(items())),
};

const ACTIONS: Readonly<Record<string, (actions: PageActions, searchParams: URLSearchParams) => void>> = {
  '/simulator/reset': ({ reset }) => reset(),
  '/simulator/expire': ({ expire }, searchParams) => expire(searchParams.get('session') ?? ''),
  '/simulator/refuse-next': ({ refuseNext }) => refuseNext(),
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
