/** The fault that removes the session of a request. */

import type { Handle, RequestContext } from '../http/request-context.ts';
import type { LostSessionFault } from '../options/faults.ts';
import { interruptBody } from './body-stream.ts';

/** Handles the request without its session, or removes the session within the response body. */
export const loseSession = async (
  { session = 'download', at }: LostSessionFault,
  context: RequestContext,
  handle: Handle,
): Promise<Response> => {
  const lose = session === 'api' ? loseApiSession : loseDownloadSession;
  if (at === undefined) {
    lose(context);
    return handle(context);
  }
  const { body, status, headers } = await handle(context);
  if (body === null) return new Response(null, { status, headers });
  const interrupted = interruptBody(body, at, (controller) => {
    lose(context);
    controller.close();
    return false;
  });
  return new Response(interrupted, { status, headers });
};

const loseApiSession = ({ vcenter: { apiSessions }, request }: RequestContext): void => {
  const session = apiSessions.find(request.headers.get('vmware-api-session-id') ?? '');
  if (session !== undefined) apiSessions.close(session);
};

const loseDownloadSession = ({ vcenter: { downloadSessions }, url }: RequestContext): void => {
  // Ids contain a colon, which some clients encode.
  const address = `${url.pathname}${url.search}`.replaceAll(/%3a/gi, ':');
  for (const session of downloadSessions.all())
    if (address.includes(session.id) || address.includes(session.dataKey)) downloadSessions.remove(session);
};
