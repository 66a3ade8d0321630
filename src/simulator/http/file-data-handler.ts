/** Serves file data: files of download sessions, and since 9.0 files at the links of an item. */

import { fileProgress } from '../operations/download-file.ts';
import { VapiError } from '../operations/vapi-error.ts';
import { isCached } from '../state/cache-state.ts';
import type { DownloadSession, SessionFile } from '../state/download-sessions.ts';
import { isSince } from '../state/releases.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { decodePercent } from './decode.ts';
import { fileResponse } from './file-response.ts';
import { authenticateSession } from './login.ts';
import type { RequestContext, RequestHandler } from './request-context.ts';

const DATA_PATH = /^\/cls\/(data\/[^/]*|static)/;

/** Handles requests for file data. */
export const fileDataHandler: RequestHandler = (_, { pathname }) =>
  DATA_PATH.test(pathname) ? { kind: 'data', handle: handleFileData } : undefined;

const handleFileData = (context: RequestContext): Response => {
  const { vcenter, request, url } = context;
  const { head = true, login = false, cors = false } = vcenter.scenario.data ?? {};
  if (cors && request.method === 'OPTIONS') return preflightResponse();
  if (request.method !== 'GET' && !(head && request.method === 'HEAD')) return textResponse(404, 'Not Found');
  const isStatic = url.pathname.startsWith('/cls/static/');
  if ((isStatic || login) && !isLoggedIn(vcenter, request.headers)) return textResponse(401, 'Unauthorized');
  return (isStatic ? storedFileResponse(context) : sessionFileResponse(context)) ?? textResponse(404, 'Not Found');
};

/** `/cls/data`: the URL is the only credential. */
const sessionFileResponse = ({ vcenter, request, url, signal }: RequestContext): Response | undefined => {
  const [, dataKey = '', name = ''] = /^\/cls\/data\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? [];
  const session = vcenter.downloadSessions.findByDataKey(dataKey);
  const file = session?.files.get(decodePercent(name));
  if (session === undefined || file === undefined || !isReadable(vcenter, session, file)) return undefined;
  const { size } = file.stored.content;
  const keepsLease = vcenter.scenario.data?.readingKeepsLease === true;
  return fileResponse(vcenter, request, signal, {
    stored: file.stored,
    // When a session ends, real servers end its transfers early, without an error.
    isAvailable: () => isOpen(vcenter, session),
    onBytes: (count) => {
      file.bytesServed += count;
      if (keepsLease) vcenter.downloadSessions.touch(session);
    },
    onEnd: ({ last }, isComplete) => {
      file.endServed ||= last === size - 1;
      file.served ||= file.endServed && isComplete;
    },
  });
};

const isReadable = (vcenter: SimulatedVCenter, session: DownloadSession, file: SessionFile): boolean =>
  isOpen(vcenter, session) && file.prepared?.endpointType === 'HTTPS' && fileProgress(vcenter, file).status === 'PREPARED';

const isOpen = ({ downloadSessions }: SimulatedVCenter, session: DownloadSession): boolean =>
  downloadSessions.find(session.id) === session && session.state === 'ACTIVE';

/** `/cls/static`, since 9.0: no session, no preparation. The default version is the latest one. */
const storedFileResponse = ({ vcenter, request, url, signal }: RequestContext): Response | undefined => {
  if (!isSince(vcenter.version, '9.0')) return undefined;
  const [, libraryId = '', itemId = '', name = ''] = /^\/cls\/static\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? [];
  const item = vcenter.catalog.items.get(decodePercent(itemId));
  const stored = item?.files.find((file) => file.name === decodePercent(name));
  if (item?.library.id !== decodePercent(libraryId) || stored === undefined || !isCached(stored, vcenter.clock.now()))
    return undefined;
  const version = url.searchParams.get('version') ?? stored.version;
  if (version !== stored.version) return undefined;
  return fileResponse(vcenter, request, signal, { stored });
};

const isLoggedIn = (vcenter: SimulatedVCenter, headers: Headers): boolean => {
  try {
    authenticateSession(vcenter, headers, 'api');
    return true;
  } catch (thrown) {
    if (thrown instanceof VapiError) return false;
    throw thrown;
  }
};

const textResponse = (status: number, text: string): Response =>
  new Response(`${status} ${text}`, { status, headers: { 'content-type': 'text/plain' } });

const preflightResponse = (): Response =>
  new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'range, if-range, vmware-api-session-id',
    },
  });
