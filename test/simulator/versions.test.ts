import { describe, expect, test } from '@jest/globals';
import { createSimulator, type VCenterVersion } from 'rx-content-library/simulator';
import { loginNeeded, message, routeUnknown } from './refusal.ts';
import { dialects, field, inventory, list, logIn, server, start, type Dialect } from './call.ts';

const speaks: Readonly<Record<VCenterVersion, readonly Dialect[]>> = {
  '6.7': ['rest'],
  '7.0': dialects,
  '8.0': dialects,
  '9.0': ['api'],
};

const versions: readonly VCenterVersion[] = ['6.7', '7.0', '8.0', '9.0'];

describe.each(versions)('%s', (version) => {
  test.each(dialects)('says whether it speaks /%s at the login', async (dialect) => {
    const simulator = createSimulator({ scenario: { version } });
    const spoken = speaks[version].includes(dialect);
    expect((await logIn(simulator, dialect)).status).toBe(spoken ? (dialect === 'api' ? 201 : 200) : 404);
    // What is not there is not there for those either who are logged in, or are not.
    const path = dialect === 'api' ? '/api/content/library' : '/rest/com/vmware/content/library';
    expect((await simulator.fetch(`${server}${path}`)).status).toBe(spoken ? 401 : 404);
  });

  test('words an unknown route as releases of its time do', async () => {
    const simulator = createSimulator({ scenario: { version } });
    const bodies = await Promise.all(
      ['/api/none', '/rest/none', '/rest/com/vmware/none'].map(async (path) => {
        const response = await simulator.fetch(`${server}${path}`);
        const body: unknown = await response.json();
        return [response.status, body] as const;
      }),
    );
    const old = {
      name: 'com.vmware.vapi.rest.httpNotFound',
      localizableMessages: [{ id: 'com.vmware.vapi.rest.httpNotFound', defaultMessage: 'Not found.' }],
      majorErrorCode: 404,
    };
    const newer = { error_type: 'NOT_FOUND', messages: [routeUnknown] };
    for (const body of bodies) expect(body).toEqual([404, version === '6.7' ? old : newer]);
  });

  test('has changes of items, or not', async () => {
    const [dialect = 'api'] = speaks[version];
    const { call } = await start(dialect, { inventory, scenario: { version } });
    for (const operation of ['list', 'get']) {
      const { status } = await call(`content.library.item.Changes.${operation}`, { item: 'item-1', version: '1' });
      expect(status).toBe(version === '6.7' ? 404 : 200);
    }
  });

  test('tells the reason of a refusal, or not', async () => {
    const [dialect = 'api'] = speaks[version];
    const simulator = createSimulator({ scenario: { version } });
    const path = dialect === 'api' ? '/api/content/library' : '/rest/com/vmware/content/library';
    const body: unknown = await (await simulator.fetch(`${server}${path}`)).json();
    const error = dialect === 'api' ? body : field(body, 'value');
    if (version === '6.7')
      expect(body).toEqual({ type: 'com.vmware.vapi.std.errors.unauthenticated', value: { messages: [loginNeeded] } });
    else expect(error).toEqual({ error_type: 'UNAUTHENTICATED', messages: [loginNeeded], challenge: expect.any(String) });
  });

  test('links to files without a download session, or not', async () => {
    const [dialect = 'api'] = speaks[version];
    const { call } = await start(dialect, { inventory, scenario: { version } });
    const { json } = await call('content.library.item.File.get', { item: 'item-1', name: 'd.ovf' });
    if (version === '9.0')
      expect(json).toHaveProperty('file_download_endpoint', `${server}/cls/static/lib-1/item-1/d.ovf?version=1`);
    else expect(json).not.toHaveProperty('file_download_endpoint');
  });
});

describe('the links of 9.0', () => {
  const open = (files: readonly { name: string; content: string; cached?: boolean; version?: string }[], type = 'ovf') =>
    start('api', {
      scenario: { version: '9.0' },
      inventory: { libraries: [{ id: 'lib', name: 'L', items: [{ id: 'item', name: 'I', type, files }] }] },
    });

  test('are in the list, in one file and in the storage, with the version of the file', async () => {
    const { call } = await open([{ name: 'a.ovf', content: 'a', version: '7' }]);
    const link = { file_download_endpoint: `${server}/cls/static/lib/item/a.ovf?version=7` };
    expect((await call('content.library.item.File.list', { item: 'item' })).json).toMatchObject([link]);
    expect((await call('content.library.item.File.get', { item: 'item', name: 'a.ovf' })).json).toMatchObject(link);
    expect((await call('content.library.item.Storage.list', { item: 'item' })).json).toMatchObject([link]);
    expect((await call('content.library.item.Storage.get', { item: 'item', file: 'a.ovf' })).json).toMatchObject([link]);
  });

  test('are missing where a file is not on disk, or of a virtual machine template', async () => {
    const files = [
      { name: 'a', content: 'a', cached: false },
      { name: 'b', content: 'b' },
    ];
    const links = async (type: string) => {
      const { call } = await open(files, type);
      const { json } = await call('content.library.item.File.list', { item: 'item' });
      return list(json).map((file) => field(file, 'file_download_endpoint'));
    };
    expect(await links('ovf')).toEqual([undefined, `${server}/cls/static/lib/item/b?version=1`]);
    expect(await links('vm-template')).toEqual([undefined, undefined]);
  });

  test.each(['a b.ovf', 'ä.ovf', 'a#1', 'a%41', 'a/b', 'a?b'])(
    'of one file with a name like %s fail the whole list',
    async (name) => {
      const { call } = await open([
        { name: 'good.ovf', content: 'a' },
        { name, content: 'a' },
      ]);
      const said = `There is no download link for the file ${name}: its name has characters that a URI can not have.`;
      const refused = {
        status: 400,
        json: {
          error_type: 'UNSUPPORTED',
          messages: [message('com.vmware.vdcs.cls-main.unsupported_file_name', said, [name])],
        },
      };
      expect(await call('content.library.item.File.list', { item: 'item' })).toMatchObject(refused);
      expect(await call('content.library.item.File.get', { item: 'item', name })).toMatchObject(refused);
      expect((await call('content.library.item.File.get', { item: 'item', name: 'good.ovf' })).status).toBe(200);
      // A download session has no such trouble.
      const { json: session } = await call('content.library.item.DownloadSession.create', { item: 'item' });
      expect((await call('content.library.item.downloadsession.File.list', { session })).status).toBe(200);
    },
  );
});

test('messages have named parameters from 7.0 on', async () => {
  const told = async (version: VCenterVersion) => {
    const { call } = await start('rest', {
      inventory,
      scenario: {
        version,
        preparation: {
          requested: 0,
          preparing: 0,
          outcome: 'ERROR',
          message: { id: 'x', default_message: 'X', args: [], params: { n: { i: 1 } } },
        },
      },
    });
    const { json: session } = await call('content.library.item.DownloadSession.create', { item: 'item-1' });
    const { json } = await call('content.library.item.downloadsession.File.prepare', { session, file: 'd.ovf' });
    return field(json, 'error_message');
  };
  expect(await told('6.7')).toEqual({ id: 'x', default_message: 'X', args: [] });
  expect(await told('7.0')).toEqual({ id: 'x', default_message: 'X', args: [], params: [{ key: 'n', value: { i: 1 } }] });
});
