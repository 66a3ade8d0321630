import { describe, expect, test } from '@jest/globals';
import { DownloadFileInfo } from 'rx-content-library';
import { createSimulator, type Assumptions, type Inventory, type Scenario } from 'rx-content-library/simulator';
import {
  asArray,
  basic,
  callAs,
  decodeOrThrow,
  dialects,
  field,
  logIn,
  parseResponse,
  server,
  start,
  startDownload,
  type Dialect,
} from './call.ts';
import { errorResponse, invalid, message, statusAndJson } from './expected-errors.ts';

// Every switch with each of its values.

const ds = 'content.library.item.DownloadSession';
const fileService = 'content.library.item.downloadsession.File';
const files = [{ name: 'disk.vmdk', size: 1000 }];
const token = 'b8a2a2e3-2314-43cd-a871-6ede0f429751';
const immediately = { requested: 0, preparing: 0 };

const download = (dialect: Dialect, assumptions: Assumptions, more: Scenario = {}) =>
  startDownload(dialect, { files, scenario: { assumptions, ...more } });

test.each([
  [undefined, ['Client-Token']],
  ['Client-Token', ['Client-Token']],
  ['client_token', ['client_token']],
  ['query', ['query']],
  ['nowhere', []],
] as const)('clientToken %s: a token sent elsewhere has no effect, or is rejected', async (clientToken, effective) => {
  for (const place of ['Client-Token', 'client_token', 'query'] as const) {
    const scenario = clientToken === undefined ? {} : { assumptions: { clientToken } };
    const { simulator, token: login } = await startDownload('api', { files, scenario });
    const create = async () => {
      const query = place === 'query' ? `?client_token=${token}` : '';
      const response = await simulator.fetch(`${server}/api/content/library/item/download-session${query}`, {
        method: 'POST',
        headers: {
          'vmware-api-session-id': login,
          'content-type': 'application/json',
          ...(place === 'query' ? {} : { [place]: token }),
        },
        body: JSON.stringify({ library_item_id: 'item' }),
      });
      return parseResponse(response, 'api');
    };
    const [first, second] = [await create(), await create()];
    const isEffective = (effective as readonly string[]).includes(place);
    expect(first.status).toBe(place === 'query' && !isEffective ? 400 : 201);
    if (first.status === 201) expect(first.json === second.json).toBe(isEffective);
  }
});

describe.each(dialects)('in /%s', (dialect) => {
  const expectedError = (error: string, id: string, text: string, ...args: string[]) =>
    errorResponse(dialect, 400, error, message(`com.vmware.vdcs.cls-main.${id}`, text, args));

  test('prepareAgain: a PREPARED file stays PREPARED, is prepared again, or the request fails', async () => {
    const prepareTwice = async (assumptions: Assumptions) => {
      const { prepare, linkOf, get } = await download(dialect, assumptions);
      await linkOf('disk.vmdk');
      const response = await prepare('disk.vmdk');
      return { response, after: field((await get('disk.vmdk')).json, 'status') };
    };
    for (const assumptions of [{}, { prepareAgain: 'nothing' }] as const) {
      const { response, after } = await prepareTwice(assumptions);
      expect([field(response.json, 'status'), after]).toEqual(['PREPARED', 'PREPARED']);
    }
    const { response, after } = await prepareTwice({ prepareAgain: 'anew' });
    expect([field(response.json, 'status'), after]).toEqual(['PREPARE_REQUESTED', 'PREPARE_REQUESTED']);
    const rejected = await prepareTwice({ prepareAgain: 'refused' });
    const text = 'The file disk.vmdk has been prepared already.';
    expect(statusAndJson(rejected.response)).toEqual(
      expectedError('NOT_ALLOWED_IN_CURRENT_STATE', 'not_allowed_in_current_state', text, 'disk.vmdk'),
    );
    expect(rejected.after).toBe('PREPARED');
  });

  test('smallerProgress: it is stored, ignored or rejected', async () => {
    const after = async (assumptions: Assumptions) => {
      const { call, session } = await download(dialect, assumptions);
      await call(`${ds}.keep_alive`, { session, progress: 40 });
      const response = await call(`${ds}.keep_alive`, { session, progress: 30 });
      const { json } = await call(`${ds}.get`, { session });
      await call(`${ds}.keep_alive`, { session, progress: 50 });
      expect((await call(`${ds}.get`, { session })).json).toHaveProperty('client_progress', 50);
      return { response, progress: field(json, 'client_progress') };
    };
    expect((await after({})).progress).toBe(30);
    expect((await after({ smallerProgress: 'stored' })).progress).toBe(30);
    expect((await after({ smallerProgress: 'ignored' })).progress).toBe(40);
    const { response, progress } = await after({ smallerProgress: 'refused' });
    expect(progress).toBe(40);
    expect(statusAndJson(response)).toEqual(
      errorResponse(dialect, 400, 'INVALID_ARGUMENT', invalid('The progress is smaller than the current one, 40.', 'progress')),
    );
  });

  test('equalProgress: it is stored, or rejected, 0 included', async () => {
    const responses = async (assumptions: Assumptions) => {
      const { call, session } = await download(dialect, assumptions);
      const statuses: number[] = [];
      for (const progress of [0, 40, 40]) statuses.push((await call(`${ds}.keep_alive`, { session, progress })).status);
      return statuses;
    };
    const done = dialect === 'api' ? 204 : 200;
    expect(await responses({})).toEqual([done, done, done]);
    expect(await responses({ equalProgress: 'refused' })).toEqual([400, done, 400]);
  });

  describe.each([
    ['vmTemplate', 'is a virtual machine template', { create: 'UNSUPPORTED' }],
    ['maintenance', 'is in a library under maintenance', { create: 'NOT_ALLOWED_IN_CURRENT_STATE' }],
    ['emptyItem', 'has no files', undefined],
  ] as const)('%s:', (assumption, reason, byDefault) => {
    const inventory: Inventory = {
      libraries: [
        {
          name: 'L',
          ...(assumption === 'maintenance' ? { state: 'MAINTENANCE' } : {}),
          items: [
            {
              id: 'item',
              name: 'I',
              ...(assumption === 'vmTemplate' ? { type: 'vm-template' } : {}),
              files: assumption === 'emptyItem' ? [] : files,
            },
          ],
        },
      ],
    };
    const open = (assumptions: Assumptions) => start(dialect, { inventory, scenario: { assumptions, preparation: immediately } });
    const text = `The library item I can not be downloaded: it ${reason}.`;

    test(byDefault === undefined ? 'is allowed by default' : 'create fails by default', async () => {
      const { call } = await open({});
      const response = await call(`${ds}.create`, { item: 'item' });
      if (byDefault === undefined) expect(response.status).toBeLessThan(300);
      else expect(statusAndJson(response)).toEqual(expectedError(byDefault.create, 'download_unsupported', text, 'I', reason));
    });

    test('can be allowed', async () => {
      const { call } = await open({ [assumption]: 'allowed' });
      const { json: session } = await call(`${ds}.create`, { item: 'item' });
      const { json } = await call(`${fileService}.list`, { session });
      expect(asArray(json)).toHaveLength(assumption === 'emptyItem' ? 0 : 1);
      if (assumption !== 'emptyItem')
        expect((await call(`${fileService}.prepare`, { session, file: 'disk.vmdk' })).json).toHaveProperty('status', 'PREPARED');
    });

    test('create can fail with any error', async () => {
      const { call } = await open({ [assumption]: { operation: 'create', error: 'INVALID_ARGUMENT' } });
      expect(statusAndJson(await call(`${ds}.create`, { item: 'item' }))).toEqual(
        expectedError('INVALID_ARGUMENT', 'download_unsupported', text, 'I', reason),
      );
    });

    if (assumption === 'emptyItem') return;

    test('prepare can fail with any error', async () => {
      const { call } = await open({ [assumption]: { operation: 'prepare', error: 'UNSUPPORTED' } });
      const { json: session } = await call(`${ds}.create`, { item: 'item' });
      expect(statusAndJson(await call(`${fileService}.prepare`, { session, file: 'disk.vmdk' }))).toEqual(
        expectedError('UNSUPPORTED', 'download_unsupported', text, 'I', reason),
      );
    });

    test('the preparation can fail', async () => {
      const { call } = await open({ [assumption]: 'fails' });
      const { json: session } = await call(`${ds}.create`, { item: 'item' });
      expect((await call(`${fileService}.prepare`, { session, file: 'disk.vmdk' })).json).toHaveProperty('status', 'ERROR');
    });
  });

  test('idInGet: libraries, items and download sessions include their id, or not', async () => {
    const has = async (assumptions: Assumptions) => {
      const { call, session } = await download(dialect, assumptions);
      const [library] = asArray((await call('content.Library.list')).json);
      const readAll = [
        await call('content.Library.get', { library }),
        await call('content.library.Item.get', { item: 'item' }),
        await call(`${ds}.get`, { session }),
      ];
      return readAll.map(({ json }) => field(json, 'id') !== undefined);
    };
    expect(await has({})).toEqual([true, true, true]);
    expect(await has({ idInGet: false })).toEqual([false, false, false]);
  });

  test('unset: fields that are not set are missing, or null in /api', async () => {
    const readAll = async (assumptions: Assumptions) => {
      const { call, session } = await download(dialect, assumptions);
      const [library] = asArray((await call('content.Library.list')).json);
      return {
        library: (await call('content.Library.get', { library })).json,
        item: (await call('content.library.Item.get', { item: 'item' })).json,
        changes: (await call('content.library.item.Changes.list', { item: 'item' })).json,
        session: (await call(`${ds}.get`, { session })).json,
        files: (await call(`${fileService}.list`, { session })).json,
        file: (await call(`${fileService}.get`, { session, file: 'disk.vmdk' })).json,
      };
    };
    const missing = await readAll({});
    expect(missing.file).toEqual({ name: 'disk.vmdk', bytes_transferred: 0, status: 'UNPREPARED' });
    const withNulls = await readAll({ unset: 'null' });
    if (dialect === 'rest') return expect(withNulls).toEqual(missing);
    const noFile = { size: null, download_endpoint: null, checksum_info: null, error_message: null };
    expect(withNulls.file).toEqual({ ...noFile, name: 'disk.vmdk', bytes_transferred: 0, status: 'UNPREPARED' });
    expect(withNulls.files).toMatchObject([noFile]);
    expect(withNulls.library).toMatchObject({ subscription_info: null, publish_info: { published: false } });
    expect(withNulls.item).toMatchObject({ type: null, source_id: null, name: 'I' });
    expect(withNulls.changes).toMatchObject([{ user: null, short_message: null }]);
    expect(withNulls.session).toMatchObject({ error_message: null });
    // Both decode to the same value.
    expect(decodeOrThrow(DownloadFileInfo, withNulls.file)).toEqual(missing.file);
  });

  test('paramsInRest: named parameters are pairs or an object in /rest, always an object in /api', async () => {
    const params = { file: { s: 'a' }, cause: { l: { id: 'c', params: { n: { i: 1 } } } } };
    const pairs = [
      { key: 'file', value: { s: 'a' } },
      { key: 'cause', value: { l: { id: 'c', params: [{ key: 'n', value: { i: 1 } }] } } },
    ];
    const returned = async (assumptions: Assumptions) => {
      const failing = { ...immediately, outcome: 'ERROR', message: { id: 'x', default_message: 'X', args: [], params } } as const;
      const { prepare } = await download(dialect, assumptions, { preparation: failing });
      return field((await prepare('disk.vmdk')).json, 'error_message', 'params');
    };
    expect(await returned({})).toEqual(dialect === 'api' ? params : pairs);
    expect(await returned({ paramsInRest: 'pairs' })).toEqual(dialect === 'api' ? params : pairs);
    expect(await returned({ paramsInRest: 'object' })).toEqual(params);
  });

  test('sessionFiles: reading the files of a download session requires a privilege, or none', async () => {
    const users = [
      { username: 'a', password: 'p' },
      { username: 'b', password: 'p', noAccess: true },
    ];
    const statuses = async (assumptions: Assumptions) => {
      const { simulator, session } = await startDownload(dialect, { files, users, scenario: { assumptions } });
      const { json: login } = await logIn(simulator, dialect, 'b', 'p');
      const call = callAs(simulator, dialect, String(login));
      return [
        (await call(`${fileService}.list`, { session })).status,
        (await call(`${fileService}.get`, { session, file: 'disk.vmdk' })).status,
      ];
    };
    expect(await statuses({})).toEqual([200, 200]);
    expect(await statuses({ sessionFiles: 'System.Read' })).toEqual([403, 403]);
  });

  test('wrongMethod: another method on an existing path returns 404 or 405', async () => {
    const base = dialect === 'api' ? '/api' : '/rest/com/vmware';
    const sent = async (assumptions: Assumptions, path: string) => {
      const { simulator } = await start(dialect, { scenario: { assumptions } });
      const response = await simulator.fetch(`${server}${base}${path}`, { method: 'PUT' });
      return [response.status, response.headers.get('allow')];
    };
    expect(await sent({}, '/content/library')).toEqual([404, null]);
    expect(await sent({ wrongMethod: 405 }, '/content/library')).toEqual([405, 'GET, POST']);
    expect(await sent({ wrongMethod: 405 }, '/content/none/at/all')).toEqual([404, null]);
    const absent = { assumptions: { wrongMethod: 405 }, version: dialect === 'api' ? '6.7' : '9.0' } as const;
    const response = await createSimulator({ scenario: absent }).fetch(`${server}${base}/content/library`, { method: 'PUT' });
    expect(response.status).toBe(404);
  });

  test('encodedColon: %3A in an id is decoded, or not', async () => {
    const status = async (assumptions: Assumptions) => {
      const { call, session } = await download(dialect, assumptions);
      expect((await call(`${ds}.get`, { session })).status).toBe(200);
      return (await call(`${ds}.get`, { session: session.replace(':', '%3A') })).status;
    };
    expect(await status({})).toBe(200);
    expect(await status({ encodedColon: false })).toBe(404);
  });

  test('thumbprint: it is unchanged, without colons, in lower case or missing', async () => {
    const thumbprint = Array.from({ length: 20 }, () => 'A1').join(':');
    const returned = async (assumptions: Assumptions) => {
      const { linkOf, get } = await startDownload(dialect, {
        files,
        certificate: { thumbprint, pem: 'PEM' },
        scenario: { assumptions },
      });
      await linkOf('disk.vmdk');
      const { json } = await get('disk.vmdk');
      expect(field(json, 'download_endpoint')).not.toHaveProperty('ssl_certificate');
      return field(json, 'download_endpoint', 'ssl_certificate_thumbprint');
    };
    expect(await returned({})).toBe(thumbprint);
    expect(await returned({ thumbprint: 'as-given' })).toBe(thumbprint);
    expect(await returned({ thumbprint: 'plain' })).toBe('A1'.repeat(20));
    expect(await returned({ thumbprint: 'lower-case' })).toBe('a1'.repeat(20));
    expect(await returned({ thumbprint: 'absent' })).toBeUndefined();
  });
});

test('9.0 returns the certificate itself, too', async () => {
  const { linkOf, get } = await startDownload('api', {
    files,
    certificate: { pem: 'PEM' },
    scenario: { version: '9.0' },
  });
  await linkOf('disk.vmdk');
  expect(field((await get('disk.vmdk')).json, 'download_endpoint')).toEqual({
    uri: expect.stringContaining('/cls/data/'),
    ssl_certificate: 'PEM',
  });
});

describe('restLogin:', () => {
  const path = '/rest/com/vmware/cis/session';
  const logInWith = async (assumptions: Assumptions, headers: Readonly<Record<string, string>> = {}) => {
    const { simulator } = await start('rest', { scenario: { assumptions } });
    const response = await simulator.fetch(`${server}${path}`, {
      method: 'POST',
      headers: { authorization: basic('administrator@vsphere.local', 'secret'), ...headers },
    });
    const id = String(field(await response.json(), 'value'));
    const cookie = `vmware-api-session-id=${id}`;
    const status = async (sent: Readonly<Record<string, string>>, at = '/rest/com/vmware/content/library') =>
      (await simulator.fetch(`${server}${at}`, { headers: sent })).status;
    return { set: response.headers.get('set-cookie'), id, cookie, status };
  };

  test('a login sets a cookie for /rest, unless it selects header authentication', async () => {
    const { set, cookie } = await logInWith({});
    expect(set).toBe(`${cookie};Path=/rest`);
    expect((await logInWith({}, { 'vmware-use-header-authn': 'anything' })).set).toBeNull();
  });

  test('a login in /api sets no cookie', async () => {
    const { simulator } = await start('api');
    const headers = { authorization: basic('administrator@vsphere.local', 'secret') };
    expect((await simulator.fetch(`${server}/api/session`, { method: 'POST', headers })).headers.get('set-cookie')).toBeNull();
  });

  test.each([
    [undefined, 200, 200],
    ['either', 200, 200],
    ['header', 200, 401],
    ['cookie', 401, 200],
  ] as const)('%s: %d with the header, %d with the cookie', async (restLogin, byHeader, byCookie) => {
    const { id, cookie, status } = await logInWith(restLogin === undefined ? {} : { restLogin });
    expect(await status({ 'vmware-api-session-id': id })).toBe(byHeader);
    expect(await status({ cookie: `a=b; ${cookie}; c=d` })).toBe(byCookie);
    // In `/api` it is always the header.
    expect(await status({ 'vmware-api-session-id': id }, '/api/content/library')).toBe(200);
    expect(await status({ cookie }, '/api/content/library')).toBe(401);
  });
});
