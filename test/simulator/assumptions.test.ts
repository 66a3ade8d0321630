import { describe, expect, test } from '@jest/globals';
import { DownloadFileInfo } from 'rx-content-library';
import { createSimulator, type Inventory, type Scenario, type Assumptions } from 'rx-content-library/simulator';
import { bare, invalid, message, refusal } from './refusal.ts';
import {
  answerOf,
  basic,
  callAs,
  decodes,
  dialects,
  field,
  list,
  logIn,
  server,
  start,
  startDownload,
  type Dialect,
} from './call.ts';

// What the documents leave open: each switch, and both of its sides.

const ds = 'content.library.item.DownloadSession';
const fileService = 'content.library.item.downloadsession.File';
const files = [{ name: 'disk.vmdk', size: 1000 }];
const token = 'b8a2a2e3-2314-43cd-a871-6ede0f429751';
const atOnce = { requested: 0, preparing: 0 };

const download = (dialect: Dialect, assumptions: Assumptions, more: Scenario = {}) =>
  startDownload(dialect, { files, scenario: { assumptions: assumptions, ...more } });

test.each([
  [undefined, ['Client-Token']],
  ['Client-Token', ['Client-Token']],
  ['client_token', ['client_token']],
  ['query', ['query']],
  ['nowhere', []],
] as const)('clientToken %s: what is sent elsewhere has no effect, or is refused', async (clientToken, honoured) => {
  for (const way of ['Client-Token', 'client_token', 'query'] as const) {
    const scenario = clientToken === undefined ? {} : { assumptions: { clientToken } };
    const { simulator, token: login } = await startDownload('api', { files, scenario });
    const create = async () => {
      const query = way === 'query' ? `?client_token=${token}` : '';
      const response = await simulator.fetch(`${server}/api/content/library/item/download-session${query}`, {
        method: 'POST',
        headers: {
          'vmware-api-session-id': login,
          'content-type': 'application/json',
          ...(way === 'query' ? {} : { [way]: token }),
        },
        body: JSON.stringify({ library_item_id: 'item' }),
      });
      return answerOf(response, 'api');
    };
    const [first, second] = [await create(), await create()];
    const isHonoured = (honoured as readonly string[]).includes(way);
    expect(first.status).toBe(way === 'query' && !isHonoured ? 400 : 201);
    if (first.status === 201) expect(first.json === second.json).toBe(isHonoured);
  }
});

describe.each(dialects)('in /%s', (dialect) => {
  const refused = (error: string, id: string, said: string, ...args: string[]) =>
    refusal(dialect, 400, error, message(`com.vmware.vdcs.cls-main.${id}`, said, args));

  test('prepareAgain: a file that is PREPARED stays so, starts over, or may not be asked for', async () => {
    const again = async (assumptions: Assumptions) => {
      const { prepare, linkOf, get } = await download(dialect, assumptions);
      await linkOf('disk.vmdk');
      const answer = await prepare('disk.vmdk');
      return { answer, after: field((await get('disk.vmdk')).json, 'status') };
    };
    for (const assumptions of [{}, { prepareAgain: 'nothing' }] as const) {
      const { answer, after } = await again(assumptions);
      expect([field(answer.json, 'status'), after]).toEqual(['PREPARED', 'PREPARED']);
    }
    const { answer, after } = await again({ prepareAgain: 'anew' });
    expect([field(answer.json, 'status'), after]).toEqual(['PREPARE_REQUESTED', 'PREPARE_REQUESTED']);
    const refusedOne = await again({ prepareAgain: 'refused' });
    const said = 'The file disk.vmdk has been prepared already.';
    expect(bare(refusedOne.answer)).toEqual(
      refused('NOT_ALLOWED_IN_CURRENT_STATE', 'not_allowed_in_current_state', said, 'disk.vmdk'),
    );
    expect(refusedOne.after).toBe('PREPARED');
  });

  test('smallerProgress: it is stored, ignored or refused', async () => {
    const after = async (assumptions: Assumptions) => {
      const { call, session } = await download(dialect, assumptions);
      await call(`${ds}.keep_alive`, { session, progress: 40 });
      const answer = await call(`${ds}.keep_alive`, { session, progress: 30 });
      const { json } = await call(`${ds}.get`, { session });
      await call(`${ds}.keep_alive`, { session, progress: 50 });
      expect((await call(`${ds}.get`, { session })).json).toHaveProperty('client_progress', 50);
      return { answer, progress: field(json, 'client_progress') };
    };
    expect((await after({})).progress).toBe(30);
    expect((await after({ smallerProgress: 'stored' })).progress).toBe(30);
    expect((await after({ smallerProgress: 'ignored' })).progress).toBe(40);
    const { answer, progress } = await after({ smallerProgress: 'refused' });
    expect(progress).toBe(40);
    expect(bare(answer)).toEqual(
      refusal(dialect, 400, 'INVALID_ARGUMENT', invalid('The progress is smaller than the current one, 40.', 'progress')),
    );
  });

  describe.each([
    ['vmTemplate', 'is a virtual machine template', { create: 'UNSUPPORTED' }],
    ['maintenance', 'is in a library under maintenance', { create: 'NOT_ALLOWED_IN_CURRENT_STATE' }],
    ['emptyItem', 'has no files', undefined],
  ] as const)('%s:', (what, reason, byDefault) => {
    const inventory: Inventory = {
      libraries: [
        {
          name: 'L',
          ...(what === 'maintenance' ? { state: 'MAINTENANCE' } : {}),
          items: [
            {
              id: 'item',
              name: 'I',
              ...(what === 'vmTemplate' ? { type: 'vm-template' } : {}),
              files: what === 'emptyItem' ? [] : files,
            },
          ],
        },
      ],
    };
    const open = (assumptions: Assumptions) =>
      start(dialect, { inventory, scenario: { assumptions: assumptions, preparation: atOnce } });
    const said = `The library item I can not be downloaded: it ${reason}.`;

    test(
      byDefault === undefined ? 'it is allowed where nothing is said' : 'create refuses it where nothing is said',
      async () => {
        const { call } = await open({});
        const answer = await call(`${ds}.create`, { item: 'item' });
        if (byDefault === undefined) expect(answer.status).toBeLessThan(300);
        else expect(bare(answer)).toEqual(refused(byDefault.create, 'download_unsupported', said, 'I', reason));
      },
    );

    test('it may be allowed', async () => {
      const { call } = await open({ [what]: 'allowed' });
      const { json: session } = await call(`${ds}.create`, { item: 'item' });
      const { json } = await call(`${fileService}.list`, { session });
      expect(list(json)).toHaveLength(what === 'emptyItem' ? 0 : 1);
      if (what !== 'emptyItem')
        expect((await call(`${fileService}.prepare`, { session, file: 'disk.vmdk' })).json).toHaveProperty('status', 'PREPARED');
    });

    test('create refuses it for any reason', async () => {
      const { call } = await open({ [what]: { operation: 'create', error: 'INVALID_ARGUMENT' } });
      expect(bare(await call(`${ds}.create`, { item: 'item' }))).toEqual(
        refused('INVALID_ARGUMENT', 'download_unsupported', said, 'I', reason),
      );
    });

    if (what === 'emptyItem') return;

    test('prepare refuses it for any reason', async () => {
      const { call } = await open({ [what]: { operation: 'prepare', error: 'UNSUPPORTED' } });
      const { json: session } = await call(`${ds}.create`, { item: 'item' });
      expect(bare(await call(`${fileService}.prepare`, { session, file: 'disk.vmdk' }))).toEqual(
        refused('UNSUPPORTED', 'download_unsupported', said, 'I', reason),
      );
    });

    test('its preparation may fail', async () => {
      const { call } = await open({ [what]: 'fails' });
      const { json: session } = await call(`${ds}.create`, { item: 'item' });
      expect((await call(`${fileService}.prepare`, { session, file: 'disk.vmdk' })).json).toHaveProperty('status', 'ERROR');
    });
  });

  test('idInGet: libraries, items and download sessions have their id, or not', async () => {
    const has = async (assumptions: Assumptions) => {
      const { call, session } = await download(dialect, assumptions);
      const [library] = list((await call('content.Library.list')).json);
      const answers = [
        await call('content.Library.get', { library }),
        await call('content.library.Item.get', { item: 'item' }),
        await call(`${ds}.get`, { session }),
      ];
      return answers.map(({ json }) => field(json, 'id') !== undefined);
    };
    expect(await has({})).toEqual([true, true, true]);
    expect(await has({ idInGet: false })).toEqual([false, false, false]);
  });

  test('unset: what is not set is missing, or null in /api', async () => {
    const answers = async (assumptions: Assumptions) => {
      const { call, session } = await download(dialect, assumptions);
      const [library] = list((await call('content.Library.list')).json);
      return {
        library: (await call('content.Library.get', { library })).json,
        item: (await call('content.library.Item.get', { item: 'item' })).json,
        changes: (await call('content.library.item.Changes.list', { item: 'item' })).json,
        session: (await call(`${ds}.get`, { session })).json,
        files: (await call(`${fileService}.list`, { session })).json,
        file: (await call(`${fileService}.get`, { session, file: 'disk.vmdk' })).json,
      };
    };
    const missing = await answers({});
    expect(missing.file).toEqual({ name: 'disk.vmdk', bytes_transferred: 0, status: 'UNPREPARED' });
    const nulled = await answers({ unset: 'null' });
    if (dialect === 'rest') return expect(nulled).toEqual(missing);
    const noFile = { size: null, download_endpoint: null, checksum_info: null, error_message: null };
    expect(nulled.file).toEqual({ ...noFile, name: 'disk.vmdk', bytes_transferred: 0, status: 'UNPREPARED' });
    expect(nulled.files).toMatchObject([noFile]);
    expect(nulled.library).toMatchObject({ subscription_info: null, publish_info: { published: false } });
    expect(nulled.item).toMatchObject({ type: null, source_id: null, name: 'I' });
    expect(nulled.changes).toMatchObject([{ user: null, short_message: null }]);
    expect(nulled.session).toMatchObject({ error_message: null });
    // To a client it is all the same.
    expect(decodes(DownloadFileInfo, nulled.file)).toEqual(missing.file);
  });

  test('paramsInRest: named parameters are pairs or an object in /rest, always an object in /api', async () => {
    const params = { file: { s: 'a' }, cause: { l: { id: 'c', params: { n: { i: 1 } } } } };
    const pairs = [
      { key: 'file', value: { s: 'a' } },
      { key: 'cause', value: { l: { id: 'c', params: [{ key: 'n', value: { i: 1 } }] } } },
    ];
    const told = async (assumptions: Assumptions) => {
      const failing = { ...atOnce, outcome: 'ERROR', message: { id: 'x', default_message: 'X', args: [], params } } as const;
      const { prepare } = await download(dialect, assumptions, { preparation: failing });
      return field((await prepare('disk.vmdk')).json, 'error_message', 'params');
    };
    expect(await told({})).toEqual(dialect === 'api' ? params : pairs);
    expect(await told({ paramsInRest: 'pairs' })).toEqual(dialect === 'api' ? params : pairs);
    expect(await told({ paramsInRest: 'object' })).toEqual(params);
  });

  test('sessionFiles: reading the files of a download session takes a privilege, or none', async () => {
    const users = [
      { username: 'a', password: 'p' },
      { username: 'b', password: 'p', noAccess: true },
    ];
    const statuses = async (assumptions: Assumptions) => {
      const { simulator, session } = await startDownload(dialect, { files, users, scenario: { assumptions: assumptions } });
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

  test('wrongMethod: a path that exists answers 404 or 405 to another method', async () => {
    const base = dialect === 'api' ? '/api' : '/rest/com/vmware';
    const sent = async (assumptions: Assumptions, path: string) => {
      const { simulator } = await start(dialect, { scenario: { assumptions: assumptions } });
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

  test('encodedColon: an id may have it, or not', async () => {
    const status = async (assumptions: Assumptions) => {
      const { call, session } = await download(dialect, assumptions);
      expect((await call(`${ds}.get`, { session })).status).toBe(200);
      return (await call(`${ds}.get`, { session: session.replace(':', '%3A') })).status;
    };
    expect(await status({})).toBe(200);
    expect(await status({ encodedColon: false })).toBe(404);
  });

  test('thumbprint: it is as given, without colons, in lower case or missing', async () => {
    const thumbprint = Array.from({ length: 20 }, () => 'A1').join(':');
    const told = async (assumptions: Assumptions) => {
      const { linkOf, get } = await startDownload(dialect, {
        files,
        certificate: { thumbprint, pem: 'PEM' },
        scenario: { assumptions: assumptions },
      });
      await linkOf('disk.vmdk');
      const { json } = await get('disk.vmdk');
      expect(field(json, 'download_endpoint')).not.toHaveProperty('ssl_certificate');
      return field(json, 'download_endpoint', 'ssl_certificate_thumbprint');
    };
    expect(await told({})).toBe(thumbprint);
    expect(await told({ thumbprint: 'as-given' })).toBe(thumbprint);
    expect(await told({ thumbprint: 'plain' })).toBe('A1'.repeat(20));
    expect(await told({ thumbprint: 'lower-case' })).toBe('a1'.repeat(20));
    expect(await told({ thumbprint: 'absent' })).toBeUndefined();
  });
});

test('9.0 tells the certificate itself, too', async () => {
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
    const { simulator } = await start('rest', { scenario: { assumptions: assumptions } });
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

  test('a login sets a cookie for /rest, unless it says that it goes by the header', async () => {
    const { set, cookie } = await logInWith({});
    expect(set).toBe(`${cookie};Path=/rest`);
    expect((await logInWith({}, { 'vmware-use-header-authn': 'anything' })).set).toBeNull();
  });

  test('a login in /api sets none', async () => {
    const { simulator } = await start('api');
    const headers = { authorization: basic('administrator@vsphere.local', 'secret') };
    expect((await simulator.fetch(`${server}/api/session`, { method: 'POST', headers })).headers.get('set-cookie')).toBeNull();
  });

  test.each([
    [undefined, 200, 200],
    ['either', 200, 200],
    ['header', 200, 401],
    ['cookie', 401, 200],
  ] as const)('%s: by the header %d, by the cookie %d', async (restLogin, byHeader, byCookie) => {
    const { id, cookie, status } = await logInWith(restLogin === undefined ? {} : { restLogin });
    expect(await status({ 'vmware-api-session-id': id })).toBe(byHeader);
    expect(await status({ cookie: `a=b; ${cookie}; c=d` })).toBe(byCookie);
    // In `/api` it is always the header.
    expect(await status({ 'vmware-api-session-id': id }, '/api/content/library')).toBe(200);
    expect(await status({ cookie }, '/api/content/library')).toBe(401);
  });
});
