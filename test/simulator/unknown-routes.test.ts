import { describe, expect, test } from '@jest/globals';
import { createSimulator } from 'rx-content-library/simulator';
import { bare, message, refusal, routeUnknown } from './refusal.ts';
import { answerOf, dialects, server, start } from './call.ts';

describe.each(dialects)('in /%s', (dialect) => {
  const base = dialect === 'api' ? '/api' : '/rest/com/vmware';
  const id = dialect === 'api' ? '' : 'id:';
  const action = dialect === 'api' ? 'action' : '~action';

  test.each(['{', '7', 'null', '[]', '"text"'])('the body %s is refused', async (body) => {
    const { simulator, token } = await start(dialect);
    const response = await simulator.fetch(`${server}${base}/content/library/item/download-session`, {
      method: 'POST',
      headers: { 'vmware-api-session-id': token, 'content-type': 'application/json' },
      body,
    });
    expect(bare(await answerOf(response, dialect))).toEqual(
      refusal(
        dialect,
        400,
        'INVALID_REQUEST',
        message('com.vmware.vapi.rest.httpBadRequest', 'The body of the request is not a JSON object.'),
      ),
    );
  });

  test.each([
    ['GET', '/content/no-such-service'],
    ['GET', '/content/library/'],
    ['PUT', '/content/library'],
    ['DELETE', '/content/library'],
    ['POST', '/content/library'],
    ['POST', `/content/library?${action}=drop`],
    ['GET', `/content/library?${action}=find`],
    // The other dialect's words for an action.
    ['POST', `/content/library?${dialect === 'api' ? '~action' : 'action'}=find`],
    ['POST', `/content/library/item/download-session/${id}x`],
    ['GET', '/content/library/%E0%A4%A'],
  ])('%s %s is no route', async (method, path) => {
    const { simulator, token } = await start(dialect);
    const response = await simulator.fetch(`${server}${base}${path}`, { method, headers: { 'vmware-api-session-id': token } });
    // It has no envelope, not even in `/rest`.
    const answer = bare(await answerOf(response, 'api'));
    // `/api` has no prefix that would tell an id from a word: there the last one is a library that nobody has.
    if (dialect === 'api' && path.endsWith('%A')) expect(answer).toMatchObject({ status: 404 });
    else expect(answer).toEqual(refusal('api', 404, 'NOT_FOUND', routeUnknown));
    expect(simulator.requests.at(-1)?.status).toBe(404);
  });
});

test('a path of neither dialect is no route', async () => {
  const simulator = createSimulator();
  const answer = await answerOf(await simulator.fetch(`${server}/ui/`), 'api');
  expect(bare(answer)).toEqual(refusal('api', 404, 'NOT_FOUND', routeUnknown));
  expect(simulator.requests).toEqual([{ method: 'GET', path: '/ui/', operation: 'unknown', status: 404 }]);
});
