/** Serves the bytes of files: those of a download session, and from 9.0 on those behind the links of an item's files. */

import { fileProgress } from '../operations/download-file.ts';
import { VapiError } from '../operations/vapi-error.ts';
import { isSince } from '../options/scenario.ts';
import { isCached } from '../state/cache-state.ts';
import type { DownloadSession, SessionFile } from '../state/download-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { decodePercent } from './decode.ts';
import { fileResponse } from './file-response.ts';
import { authenticateSession } from './login.ts';

/** Answers a request for a file's bytes. */
export const handleFileData = (
  vcenter: SimulatedVCenter,
  request: Request,
  url: URL,
  signal: AbortSignal | undefined,
): Response => {
  const { head = true, login = false, cors = false } = vcenter.scenario.data ?? {};
  if (cors && request.method === 'OPTIONS') return preflightResponse();
  if (request.method !== 'GET' && !(head && request.method === 'HEAD')) return textResponse(404, 'Not Found');
  const isStatic = url.pathname.startsWith('/cls/static/');
  if ((isStatic || login) && !isLoggedIn(vcenter, request.headers)) return textResponse(401, 'Unauthorized');
  return (isStatic ? storedFile : sessionFile)(vcenter, request, url, signal) ?? textResponse(404, 'Not Found');
};

type FileHandler = (
  vcenter: SimulatedVCenter,
  request: Request,
  url: URL,
  signal: AbortSignal | undefined,
) => Response | undefined;

/** `/cls/data`: whoever knows the address may read. */
const sessionFile: FileHandler = (vcenter, request, url, signal) => {
  const [, dataKey = '', name = ''] = /^\/cls\/data\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? [];
  const session = vcenter.downloadSessions.findByDataKey(dataKey);
  const file = session?.files.get(decodePercent(name));
  if (session === undefined || file === undefined || !isReadable(vcenter, session, file)) return undefined;
  const keepsLease = vcenter.scenario.data?.readingKeepsLease === true;
  return fileResponse(vcenter, request, signal, {
    stored: file.stored,
    // When a session ends, real servers end its running transfers too soon, and say nothing.
    isAvailable: () => isOpen(vcenter, session),
    onBytes: (count) => {
      file.bytesServed += count;
      if (keepsLease) vcenter.downloadSessions.touch(session);
    },
    onEnd: ({ last }, isWhole) => {
      file.endServed ||= last === file.stored.content.size - 1;
      file.served ||= file.endServed && isWhole;
    },
  });
};

const isReadable = (vcenter: SimulatedVCenter, session: DownloadSession, file: SessionFile): boolean =>
  isOpen(vcenter, session) && file.prepared?.endpointType === 'HTTPS' && fileProgress(vcenter, file).status === 'PREPARED';

const isOpen = ({ downloadSessions }: SimulatedVCenter, session: DownloadSession): boolean =>
  downloadSessions.find(session.id) === session && session.state === 'ACTIVE';

/** `/cls/static`, from 9.0 on: no session, no preparation. Without a version it is the newest one. */
const storedFile: FileHandler = (vcenter, request, url, signal) => {
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
