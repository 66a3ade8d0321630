/** The fault that takes a session away. */

import type { LostSessionFault } from '../options/session-fault.ts';
import { interrupted } from './body-stream.ts';
import type { Answering, Received } from './received.ts';

/** The real answer, once the session is gone, or until it is. */
export const withoutSession = async (
  { session = 'download', at }: LostSessionFault,
  received: Received,
  realAnswer: Answering,
): Promise<Response> => {
  const lose = session === 'api' ? loseApiSession : loseDownloadSession;
  if (at === undefined) {
    lose(received);
    return realAnswer(received);
  }
  const { body, status, headers } = await realAnswer(received);
  if (body === null) return new Response(null, { status, headers });
  const cut = interrupted(body, at, (controller) => {
    lose(received);
    controller.close();
    return false;
  });
  return new Response(cut, { status, headers });
};

const loseApiSession = ({ vcenter: { apiSessions }, request }: Received): void => {
  const session = apiSessions.find(request.headers.get('vmware-api-session-id') ?? '');
  if (session !== undefined) apiSessions.close(session);
};

const loseDownloadSession = ({ vcenter: { downloadSessions }, url }: Received): void => {
  // Ids have a colon, which some clients escape.
  const address = `${url.pathname}${url.search}`.replaceAll(/%3a/gi, ':');
  for (const session of downloadSessions.all())
    if (address.includes(session.id) || address.includes(session.dataKey)) downloadSessions.remove(session);
};
