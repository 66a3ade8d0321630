import { describe, expect, test } from '@jest/globals';
import { createSimulator } from 'rx-content-library/simulator';
import { dialects, parseResponse, server, start } from './call.ts';
import { errorResponse, message, routeNotFound, statusAndJson } from './expected-errors.ts';

describe.each(dialects)('in /%s', (dialect) => {
  const base = dialect === 'api' ? '/api' : '/rest/com/vmware';
  const id = dialect === 'api' ? '' : 'id:';
  const action = dialect === 'api' ? 'action' : '~action';

  test.each(['{', '7', 'null', '[]', '"text"'])('the body %s is rejected', async (body) => {
    const { simulator, token } = await start(dialect);
    const response = await simulator.fetch(`${server}${base}/content/library/item/download-session`, {
      method: 'POST',
      headers: { 'vmware-api-session-id': token, 'content-type': 'application/json' },
      body,
    });
    expect(statusAndJson(await parseResponse(response, dialect))).toEqual(
      errorResponse(
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
    // The action parameter of the other dialect.
    ['POST', `/content/library?${dialect === 'api' ? '~action' : 'action'}=find`],
    ['POST', `/content/library/item/download-session/${id}x`],
    ['GET', '/content/library/%E0%A4%A'],
  ])('%s %s is an unknown route', async (method, path) => {
    const { simulator, token } = await start(dialect);
    const response = await simulator.fetch(`${server}${base}${path}`, { method, headers: { 'vmware-api-session-id': token } });
    // The response has no envelope, even in `/rest`.
    const body = statusAndJson(await parseResponse(response, 'api'));
    // In `/api` ids have no prefix: the last path is a library that does not exist.
    if (dialect === 'api' && path.endsWith('%A')) expect(body).toMatchObject({ status: 404 });
    else expect(body).toEqual(errorResponse('api', 404, 'NOT_FOUND', routeNotFound));
    expect(simulator.requests.at(-1)?.status).toBe(404);
  });
});

test('a path of neither dialect is an unknown route', async () => {
  const simulator = createSimulator();
  const response = await parseResponse(await simulator.fetch(`${server}/ui/`), 'api');
  expect(statusAndJson(response)).toEqual(errorResponse('api', 404, 'NOT_FOUND', routeNotFound));
  expect(simulator.requests).toEqual([{ method: 'GET', path: '/ui/', operation: 'unknown', status: 404 }]);
});
