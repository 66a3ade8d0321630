/** Serves the bytes of prepared files. */

import { fileStep } from '../operations/download-file.ts';
import type { DownloadSession, SessionFile } from '../state/download-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';

/** Bytes handed over at a time. */
const chunkSize = 256 * 1024;

/** Answers a request for a file's bytes. Whoever knows the address may read: no login is asked for. */
export const answerTransfer = (
  vcenter: SimulatedVCenter,
  request: Request,
  url: URL,
  signal: AbortSignal | undefined,
): Response => {
  const [, dataKey = '', name = ''] = /^\/cls\/data\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? [];
  const session = vcenter.downloadSessions.findByDataKey(dataKey);
  const file = session?.files.get(decodedName(name));
  if (request.method !== 'GET' || session === undefined || file === undefined || !isReadable(vcenter, session, file))
    return new Response('404 Not Found', { status: 404, headers: { 'content-type': 'text/plain' } });
  return new Response(bytesOf(vcenter, session, file, signal), {
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(file.stored.content.size) },
  });
};

const isReadable = (vcenter: SimulatedVCenter, session: DownloadSession, file: SessionFile): boolean =>
  isOpen(vcenter, session) && file.prepared?.endpointType === 'HTTPS' && fileStep(vcenter, file).status === 'PREPARED';

const isOpen = ({ downloadSessions }: SimulatedVCenter, session: DownloadSession): boolean =>
  downloadSessions.find(session.id) === session && session.state === 'ACTIVE';

const bytesOf = (
  vcenter: SimulatedVCenter,
  session: DownloadSession,
  file: SessionFile,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const { content } = file.stored;
  const reading = vcenter.checksums.follow(file.stored);
  let offset = 0;
  const endIfWhole = (controller: ReadableStreamDefaultController): void => {
    if (offset < content.size) return;
    reading.end();
    file.served = true;
    controller.close();
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: endIfWhole,
      pull: (controller) => {
        if (signal?.aborted === true) return controller.error(signal.reason);
        // When a session ends, real servers end its running transfers too soon, and say nothing.
        if (!isOpen(vcenter, session)) return controller.close();
        const chunk = content.read(offset, Math.min(chunkSize, content.size - offset));
        offset += chunk.length;
        reading.update(chunk);
        controller.enqueue(chunk);
        endIfWhole(controller);
      },
    },
    // Nothing is made ready before it is read: a slow reader costs no memory.
    { highWaterMark: 0 },
  );
};

const decodedName = (name: string): string => {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
};
