/** The fault that takes a session away. */

import type { Handle, RequestContext } from '../http/request-context.ts';
import type { LostSessionFault } from '../options/faults.ts';
import { interruptBody } from './body-stream.ts';

/** The real answer, once the session is gone, or until it is. */
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
  const cut = interruptBody(body, at, (controller) => {
    lose(context);
    controller.close();
    return false;
  });
  return new Response(cut, { status, headers });
};

const loseApiSession = ({ vcenter: { apiSessions }, request }: RequestContext): void => {
  const session = apiSessions.find(request.headers.get('vmware-api-session-id') ?? '');
  if (session !== undefined) apiSessions.close(session);
};

const loseDownloadSession = ({ vcenter: { downloadSessions }, url }: RequestContext): void => {
  // Ids have a colon, which some clients escape.
  const address = `${url.pathname}${url.search}`.replaceAll(/%3a/gi, ':');
  for (const session of downloadSessions.all())
    if (address.includes(session.id) || address.includes(session.dataKey)) downloadSessions.remove(session);
};
