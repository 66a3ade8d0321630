/** The simulator's page at `/`, and the facts it shows at `/simulator/state`: addresses that no vCenter has. */

import type { SimulatedDownloadSession } from '../download-session-view.ts';
import type { SimulatedRequest } from '../http/handle-request.ts';
import { pageDocument } from './document.ts';

/** Requests told at once, at most. */
const MAX_REQUESTS = 200;

/** What the page shows. It has no secret: neither logins nor data links. */
export interface PageState {
  readonly version: string;
  /** Grows with every reset. */
  readonly run: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Bytes. */
  readonly bytesServed: number;
  readonly apiSessions: number;
  readonly sessions: readonly SimulatedDownloadSession[];
  /** How many there were. */
  readonly requestCount: number;
  /** The last of them. */
  readonly requests: readonly (SimulatedRequest & { readonly at: number })[];
}

/** Answers what a browser asks for that shows the page; nothing where it is a request for vCenter. */
export const pageResponse = (request: Request, state: () => PageState): Response | undefined => {
  if (request.method !== 'GET') return undefined;
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === '/') return response('text/html; charset=utf-8', pageDocument);
  if (pathname !== '/simulator/state') return undefined;
  const told = state();
  // Who looks again has seen the requests before; who looks at another run has not.
  const seen = searchParams.get('run') === String(told.run) ? Number(searchParams.get('seen')) : 0;
  const unseen = told.requests.slice(Math.max(0, told.requests.length - Math.min(told.requestCount - seen, MAX_REQUESTS)));
  return response('application/json', JSON.stringify({ ...told, requests: unseen }));
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
