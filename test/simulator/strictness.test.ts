import { describe, expect, test } from '@jest/globals';
import type { Scenario } from 'rx-content-library/simulator';
import { basic, dialects, inventory, parseResponse, server, start, type Dialect } from './call.ts';
import { errorResponse, invalid, message, statusAndJson } from './expected-errors.ts';

/** Sends unchecked requests with an API session. */
const open = async (dialect: Dialect, scenario: Scenario = {}) => {
  const { simulator, token, call } = await start(dialect, { inventory, scenario });
  const { json: session } = await call('content.library.item.DownloadSession.create', { item: 'item-1' });
  const send = async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const response = await simulator.fetch(`${server}${path}`, {
      method,
      headers: { 'vmware-api-session-id': token, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return parseResponse(response, dialect);
  };
  return { send, session: String(session), simulator };
};

const unexpected = (dialect: Dialect, field: string, structure = 'operation-input') =>
  errorResponse(
    dialect,
    400,
    'UNEXPECTED_INPUT',
    message('vapi.data.structure.field.unexpected', `Found unexpected fields [${field}] in structure '${structure}'.`, [
      `[${field}]`,
      structure,
    ]),
  );

const content = { api: '/api/content', rest: '/rest/com/vmware/content' };
const idPrefix = { api: '', rest: 'id:' };
const find = { api: '?action=find', rest: '?~action=find' };
const keepAlive = { api: '?action=keep-alive', rest: '?~action=keep-alive' };
const cancel = { api: '?action=cancel', rest: '?~action=cancel' };

describe.each(dialects)('in /%s', (dialect) => {
  const base = content[dialect];
  const sessions = `${base}/library/item/download-session`;

  test.each([
    'GET /library',
    'GET /library/item',
    'DELETE /library/item/download-session/*',
    'POST /library/item/download-session',
  ])('%s rejects an unknown parameter', async (request) => {
    const { send, session, simulator } = await open(dialect);
    const [method = '', path = ''] = request.split(' ');
    const url = `${base}${path.replace('*', idPrefix[dialect] + session)}?vmw-task=true&library_id=lib-1`;
    const target = path === '/library/item' ? url : url.replace('&library_id=lib-1', '');
    expect(statusAndJson(await send(method, target, method === 'POST' ? {} : undefined))).toEqual(
      dialect === 'rest'
        ? unexpected('rest', 'vmw-task')
        : errorResponse(
            'api',
            400,
            'INVALID_ARGUMENT',
            message('com.vmware.vapi.rest.unsupportedProperty', 'Unsupported property with name: vmw-task.', ['vmw-task']),
          ),
    );
    expect(simulator.sessions).toHaveLength(1);
  });

  test('a repeated parameter is rejected', async () => {
    const { send } = await open(dialect);
    expect(statusAndJson(await send('GET', `${base}/library/item?library_id=lib-1&library_id=lib-2`))).toEqual(
      errorResponse(dialect, 400, 'INVALID_ARGUMENT', invalid('The parameter library_id appears 2 times.', 'library_id')),
    );
  });

  test('a missing parameter is rejected', async () => {
    const { send } = await open(dialect);
    expect(await send('GET', `${base}/library/item`)).toMatchObject({ status: 400 });
  });

  test('an unknown body field is rejected, at any level', async () => {
    const { send, session } = await open(dialect);
    const more = { name: 'x', since: 7 };
    expect(
      statusAndJson(await send('POST', `${base}/library${find[dialect]}`, dialect === 'api' ? more : { spec: more })),
    ).toEqual(unexpected(dialect, 'since', 'com.vmware.content.library.find_spec'));
    expect(
      statusAndJson(await send('POST', `${sessions}/${idPrefix[dialect]}${session}${keepAlive[dialect]}`, { percent: 7 })),
    ).toEqual(unexpected(dialect, 'percent'));
    // `__proto__` is an unknown field like any other.
    expect(
      statusAndJson(await send('POST', `${sessions}/${idPrefix[dialect]}${session}${keepAlive[dialect]}`, '{"__proto__":1}')),
    ).toEqual(unexpected(dialect, '__proto__'));
  });

  test('an operation without body fields accepts only an empty object', async () => {
    const { send, session } = await open(dialect);
    const path = `${sessions}/${idPrefix[dialect]}${session}`;
    expect(statusAndJson(await send('POST', path + cancel[dialect], { reason: 'x' }))).toEqual(unexpected(dialect, 'reason'));
    expect(statusAndJson(await send('DELETE', path, { reason: 'x' }))).toEqual(unexpected(dialect, 'reason'));
    expect((await send('POST', path + cancel[dialect], {})).status).toBeLessThan(300);
  });

  test('other fields of the create structure are ignored if their types are right', async () => {
    const { send } = await open(dialect);
    const create = async (spec: object) =>
      (await send('POST', sessions, dialect === 'api' ? spec : { create_spec: spec })).status;
    expect(await create({ library_item_id: 'item-1', client_progress: 50, state: 'ERROR', id: 'x' })).toBeLessThan(300);
    expect(await create({ library_item_id: 'item-1', client_progress: 'half' })).toBe(400);
    expect(await create({ library_item_id: 'item-1', priority: 1 })).toBe(400);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'a body of the type "%s" is rejected',
    async (type) => {
      const { send } = await open(dialect);
      expect(statusAndJson(await send('POST', sessions, '{}', { 'content-type': type }))).toEqual(
        errorResponse(
          dialect,
          400,
          'INVALID_REQUEST',
          message('com.vmware.vapi.rest.unsupportedMediaType', 'Unsupported media type.'),
        ),
      );
    },
  );

  test('the content type may have parameters, and is ignored without a body', async () => {
    const { send, session } = await open(dialect);
    const path = `${sessions}/${idPrefix[dialect]}${session}`;
    const json = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect((await send('POST', path + keepAlive[dialect], { progress: 1 }, json)).status).toBeLessThan(300);
    expect((await send('POST', path + keepAlive[dialect], undefined, { 'content-type': 'text/plain' })).status).toBeLessThan(300);
  });

  test.each([
    ['application/json', 200],
    ['text/html, application/*;q=0.9', 200],
    ['*/*', 200],
    ['application/xml', 400],
    ['text/html', 400],
  ])('Accept: %s returns %d', async (accept, status) => {
    const { send } = await open(dialect);
    expect((await send('GET', `${base}/library`, undefined, { accept })).status).toBe(status);
  });

  test('a login accepts neither parameters nor fields', async () => {
    const { send, simulator } = await open(dialect);
    const path = dialect === 'api' ? '/api/session' : '/rest/com/vmware/cis/session';
    const login = { authorization: basic('administrator@vsphere.local', 'secret') };
    expect((await send('POST', `${path}?user=me`, undefined, login)).status).toBe(400);
    expect((await send('POST', path, { user: 'me' }, login)).status).toBe(400);
    expect(simulator.apiSessions).toBe(1);
  });

  test('null is equivalent to no value', async () => {
    const { send, session } = await open(dialect);
    const path = `${sessions}/${idPrefix[dialect]}${session}${keepAlive[dialect]}`;
    expect((await send('POST', path, { progress: null })).status).toBeLessThan(300);
  });

  test('unknownFields: unknown parameters and fields can be ignored', async () => {
    const { send, session } = await open(dialect, { assumptions: { unknownFields: 'ignored' } });
    expect((await send('GET', `${base}/library?vmw-task=true`)).status).toBe(200);
    const path = `${sessions}/${idPrefix[dialect]}${session}${keepAlive[dialect]}`;
    expect((await send('POST', path, { progress: 3, percent: 7 })).status).toBeLessThan(300);
  });
});

test('/rest requires the wrapper, and no field beside it', async () => {
  const { send } = await open('rest');
  const path = '/rest/com/vmware/content/library/item/download-session';
  const missing = message('vapi.data.structure.field.missing', "Structure 'operation-input' is missing a field: create_spec", [
    'operation-input',
    'create_spec',
  ]);
  expect(statusAndJson(await send('POST', path))).toEqual(errorResponse('rest', 400, 'INVALID_ARGUMENT', missing));
  expect(statusAndJson(await send('POST', path, { create_spec: null }))).toEqual(
    errorResponse('rest', 400, 'INVALID_ARGUMENT', missing),
  );
  expect(statusAndJson(await send('POST', path, { create_spec: 'item-1' }))).toEqual(
    errorResponse('rest', 400, 'INVALID_ARGUMENT', invalid('Expected an object as create_spec.', 'create_spec')),
  );
  expect(statusAndJson(await send('POST', path, { library_item_id: 'item-1' }))).toEqual(unexpected('rest', 'library_item_id'));
  expect(statusAndJson(await send('POST', path, { create_spec: { library_item_id: 'item-1', client_token: 'x' } }))).toEqual(
    unexpected('rest', 'client_token', 'com.vmware.content.library.item.download_session_model'),
  );
});

test('the malformed URL in the documents of 9.0, with two question marks, is rejected', async () => {
  const { send } = await open('api');
  const { status, json } = await send('GET', '/api/content/library/item/item-1/file?name?name=d.ovf');
  expect([status, json]).toEqual([
    400,
    {
      error_type: 'INVALID_ARGUMENT',
      messages: [
        message('com.vmware.vapi.rest.unsupportedProperty', 'Unsupported property with name: name?name.', ['name?name']),
      ],
    },
  ]);
});

test('6.7 accepts path parameters in the body, as in its specification', async () => {
  const { send, session } = await open('rest', { version: '6.7' });
  const path = `/rest/com/vmware/content/library/item/download-session/id:${session}?~action=keep-alive`;
  expect((await send('POST', path, { download_session_id: 'another', progress: 5 })).status).toBe(200);
  expect((await send('POST', path, { percent: 5 })).status).toBe(400);
  const newer = await open('rest');
  expect((await newer.send('POST', path, { download_session_id: 'another', progress: 5 })).status).toBe(400);
});
