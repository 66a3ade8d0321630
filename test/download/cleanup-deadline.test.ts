import { expect, test } from '@jest/globals';
import { download, withVCenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { inFakeTime } from '../support/fake-time.ts';
import { inventory, preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { memorySink } from '../support/memory-sink.ts';

/**
 * Leaves a download in the middle of its bytes, or at the first request that has no answer before, and tells for how long there were
 * requests after that, in milliseconds.
 */
const lastsAfterLeaving = (isUnanswered: (request: Request) => boolean, isStuck: (request: Request) => boolean = () => false) =>
  inFakeTime(async () => {
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
    const middle = Promise.withResolvers<undefined>();
    const pending = new Set<Request>();
    let left = false;
    const answered = async (request: Request): Promise<Response> => {
      if (isStuck(request)) middle.resolve(undefined);
      if (isStuck(request) || (left && isUnanswered(request)))
        await new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(new DOMException('It was aborted.', 'AbortError')));
        });
      const answer = await simulator.fetch(request);
      if (!request.url.includes('/cls/')) return answer;
      void answer.body?.cancel();
      // The first bytes, and then nothing more.
      const stuck = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(1)),
        pull: () => {
          middle.resolve(undefined);
          return new Promise(() => undefined);
        },
      });
      return new Response(stuck);
    };
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      // It is kept here: a request that nobody holds hears of no abort.
      pending.add(request);
      return answered(request).finally(() => pending.delete(request));
    };
    const connection = { server: 'https://vcenter.example.com', credentials: user, dialect: 'api', fetch } as const;
    const downloading = withVCenter(connection, (vc) => download(vc, 'item-1', memorySink())).subscribe();
    await middle.promise;
    left = true;
    const begun = Date.now();
    downloading.unsubscribe();
    let last = 0;
    while (Date.now() - begun < 120_000) {
      if (pending.size > 0) last = Date.now() - begun;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { last, sessions: simulator.sessions.length, logins: simulator.apiSessions };
  });

const isCancel = ({ url }: Request): boolean => url.endsWith('action=cancel');
const isDelete = ({ method, url }: Request): boolean => method === 'DELETE' && url.includes('/download-session/');
const isLogout = ({ method, url }: Request): boolean => method === 'DELETE' && url.endsWith('/api/session');

test.each([
  ['everything', () => false, { sessions: 0, logins: 0 }],
  ['all but the cancelling', isCancel, { sessions: 0, logins: 0 }],
  ['all but the deletion', isDelete, { sessions: 1, logins: 0 }],
  ['all but the logout', isLogout, { sessions: 0, logins: 1 }],
])('a server that answers %s is left within five seconds', async (_, isUnanswered, stays) => {
  const { last, ...found } = await lastsAfterLeaving(isUnanswered);
  expect(found).toEqual(stays);
  expect(last).toBeLessThanOrEqual(5000);
});

test('a server that answers nothing any more is left within five seconds, too', async () => {
  const { last } = await lastsAfterLeaving(() => true);
  expect(last).toBeLessThanOrEqual(5000);
});

test.each([
  ['the login', ({ method, url }: Request) => method === 'POST' && url.endsWith('/api/session')],
  ['the creation', ({ method, url }: Request) => method === 'POST' && url.endsWith('/download-session')],
])('a server that does not answer %s is left within five seconds', async (_, isStuck) => {
  const { last, ...found } = await lastsAfterLeaving(() => false, isStuck);
  expect(last).toBeGreaterThan(3000);
  expect(last).toBeLessThanOrEqual(5000);
  expect(found).toEqual({ sessions: 0, logins: 0 });
});
