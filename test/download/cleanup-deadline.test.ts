import { expect, test } from '@jest/globals';
import { download, withVCenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { inventory, preparedAtOnce, user } from '../support/simulated-vcenter.ts';

/**
 * Unsubscribes from a download during its transfer, or at the first request that `hangsBefore` returns true for. Requests that
 * `hangsAfter` returns true for get no response after that. Returns for how many milliseconds requests were pending after the unsubscribe.
 */
const unsubscribeFrom = (hangsAfter: (request: Request) => boolean, hangsBefore: (request: Request) => boolean = () => false) =>
  inFakeTime(async () => {
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
    const reached = Promise.withResolvers<undefined>();
    const pending = new Set<Request>();
    let isUnsubscribed = false;
    const respond = async (request: Request): Promise<Response> => {
      if (hangsBefore(request)) reached.resolve(undefined);
      if (hangsBefore(request) || (isUnsubscribed && hangsAfter(request)))
        await new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(new DOMException('The request was aborted.', 'AbortError')));
        });
      const response = await simulator.fetch(request);
      if (!request.url.includes('/cls/')) return response;
      void response.body?.cancel();
      // One byte, and then no more.
      const hangingBody = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(1)),
        pull: () => {
          reached.resolve(undefined);
          return new Promise(() => undefined);
        },
      });
      return new Response(hangingBody);
    };
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      // A request without references gets no abort event.
      pending.add(request);
      return respond(request).finally(() => pending.delete(request));
    };
    const connection = { server: 'https://vcenter.example.com', credentials: user, dialect: 'api', fetch } as const;
    const subscription = withVCenter(connection, (vc) => download(vc, 'item-1', memorySink())).subscribe();
    await reached.promise;
    isUnsubscribed = true;
    const startedAt = Date.now();
    subscription.unsubscribe();
    let lastPendingAt = 0;
    while (Date.now() - startedAt < 120_000) {
      if (pending.size > 0) lastPendingAt = Date.now() - startedAt;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { duration: lastPendingAt, sessions: simulator.sessions.length, logins: simulator.apiSessions };
  });

const isCancel = ({ url }: Request): boolean => url.endsWith('action=cancel');
const isDelete = ({ method, url }: Request): boolean => method === 'DELETE' && url.includes('/download-session/');
const isLogout = ({ method, url }: Request): boolean => method === 'DELETE' && url.endsWith('/api/session');

test.each([
  ['every request', () => false, { sessions: 0, logins: 0 }],
  ['all requests but the cancellation', isCancel, { sessions: 0, logins: 0 }],
  ['all requests but the deletion', isDelete, { sessions: 1, logins: 0 }],
  ['all requests but the logout', isLogout, { sessions: 0, logins: 1 }],
])('the clean-up ends within five seconds if the server responds to %s', async (_, hangs, remaining) => {
  const { duration, ...found } = await unsubscribeFrom(hangs);
  expect(found).toEqual(remaining);
  expect(duration).toBeLessThanOrEqual(5000);
});

test('the clean-up ends within five seconds if the server responds to no request', async () => {
  const { duration } = await unsubscribeFrom(() => true);
  expect(duration).toBeLessThanOrEqual(5000);
});

test.each([
  ['the login', ({ method, url }: Request) => method === 'POST' && url.endsWith('/api/session')],
  ['the creation', ({ method, url }: Request) => method === 'POST' && url.endsWith('/download-session')],
])('an unsubscribe ends within five seconds if %s gets no response', async (_, hangs) => {
  const { duration, ...found } = await unsubscribeFrom(() => false, hangs);
  expect(duration).toBeGreaterThan(3000);
  expect(duration).toBeLessThanOrEqual(5000);
  expect(found).toEqual({ sessions: 0, logins: 0 });
});
