import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createSelfSignedCertificate } from 'rx-content-library/node';
import { createSimulator, type SimulatedCertificate, type VCenterVersion } from 'rx-content-library/simulator';
import { asArray, dialects, field, inventory, logIn, server, start, startDownload, type Dialect } from './call.ts';
import { authenticationRequired, message, routeNotFound } from './expected-errors.ts';

const dialectsOf: Readonly<Record<VCenterVersion, readonly Dialect[]>> = {
  '6.7': ['rest'],
  '7.0': dialects,
  '8.0': dialects,
  '9.0': ['api'],
  '9.1': ['api'],
};

const versions: readonly VCenterVersion[] = ['6.7', '7.0', '8.0', '9.0', '9.1'];

describe.each(versions)('%s', (version) => {
  test.each(dialects)('supports /%s at the login, or returns 404', async (dialect) => {
    const simulator = createSimulator({ scenario: { version } });
    const isSupported = dialectsOf[version].includes(dialect);
    expect((await logIn(simulator, dialect)).status).toBe(isSupported ? (dialect === 'api' ? 201 : 200) : 404);
    // A missing dialect returns 404 with and without a login.
    const path = dialect === 'api' ? '/api/content/library' : '/rest/com/vmware/content/library';
    expect((await simulator.fetch(`${server}${path}`)).status).toBe(isSupported ? 401 : 404);
  });

  test('has the error of its time for an unknown route', async () => {
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
    const newer = { error_type: 'NOT_FOUND', messages: [routeNotFound] };
    for (const body of bodies) expect(body).toEqual([404, version === '6.7' ? old : newer]);
  });

  test('has changes of items, except in 6.7', async () => {
    const [dialect = 'api'] = dialectsOf[version];
    const { call } = await start(dialect, { inventory, scenario: { version } });
    for (const operation of ['list', 'get']) {
      const { status } = await call(`content.library.item.Changes.${operation}`, { item: 'item-1', version: '1' });
      expect(status).toBe(version === '6.7' ? 404 : 200);
    }
  });

  test('has an error_type, except in 6.7', async () => {
    const [dialect = 'api'] = dialectsOf[version];
    const simulator = createSimulator({ scenario: { version } });
    const path = dialect === 'api' ? '/api/content/library' : '/rest/com/vmware/content/library';
    const body: unknown = await (await simulator.fetch(`${server}${path}`)).json();
    const error = dialect === 'api' ? body : field(body, 'value');
    if (version === '6.7')
      expect(body).toEqual({ type: 'com.vmware.vapi.std.errors.unauthenticated', value: { messages: [authenticationRequired] } });
    else
      expect(error).toEqual({ error_type: 'UNAUTHENTICATED', messages: [authenticationRequired], challenge: expect.any(String) });
  });

  test('has links to files without a download session, since 9.0', async () => {
    const [dialect = 'api'] = dialectsOf[version];
    const { call } = await start(dialect, { inventory, scenario: { version } });
    const { json } = await call('content.library.item.File.get', { item: 'item-1', name: 'd.ovf' });
    if (version === '9.0' || version === '9.1')
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

  test('are in File and Storage responses, with the version of the file', async () => {
    const { call } = await open([{ name: 'a.ovf', content: 'a', version: '7' }]);
    const link = { file_download_endpoint: `${server}/cls/static/lib/item/a.ovf?version=7` };
    expect((await call('content.library.item.File.list', { item: 'item' })).json).toMatchObject([link]);
    expect((await call('content.library.item.File.get', { item: 'item', name: 'a.ovf' })).json).toMatchObject(link);
    expect((await call('content.library.item.Storage.list', { item: 'item' })).json).toMatchObject([link]);
    expect((await call('content.library.item.Storage.get', { item: 'item', file: 'a.ovf' })).json).toMatchObject([link]);
  });

  test('are missing for files that are not on disk, and for virtual machine templates', async () => {
    const files = [
      { name: 'a', content: 'a', cached: false },
      { name: 'b', content: 'b' },
    ];
    const links = async (type: string) => {
      const { call } = await open(files, type);
      const { json } = await call('content.library.item.File.list', { item: 'item' });
      return asArray(json).map((file) => field(file, 'file_download_endpoint'));
    };
    expect(await links('ovf')).toEqual([undefined, `${server}/cls/static/lib/item/b?version=1`]);
    expect(await links('vm-template')).toEqual([undefined, undefined]);
  });

  test.each(['a b.ovf', 'ä.ovf', 'a#1', 'a%41', 'a/b', 'a?b'])('of one file named %s make the list fail', async (name) => {
    const { call } = await open([
      { name: 'good.ovf', content: 'a' },
      { name, content: 'a' },
    ]);
    const text = `There is no download link for the file ${name}: its name has characters that a URI can not have.`;
    const unsupported = {
      status: 400,
      json: {
        error_type: 'UNSUPPORTED',
        messages: [message('com.vmware.vdcs.cls-main.unsupported_file_name', text, [name])],
      },
    };
    expect(await call('content.library.item.File.list', { item: 'item' })).toMatchObject(unsupported);
    expect(await call('content.library.item.File.get', { item: 'item', name })).toMatchObject(unsupported);
    expect((await call('content.library.item.File.get', { item: 'item', name: 'good.ovf' })).status).toBe(200);
    // Storage declares no such error: the link is missing there.
    const { json: stored } = await call('content.library.item.Storage.list', { item: 'item' });
    expect(asArray(stored).map((file) => field(file, 'file_download_endpoint'))).toEqual([expect.any(String), undefined]);
    const { json: one } = await call('content.library.item.Storage.get', { item: 'item', file: name });
    expect(field(one, '0')).not.toHaveProperty('file_download_endpoint');
    // Download sessions support such names.
    const { json: session } = await call('content.library.item.DownloadSession.create', { item: 'item' });
    expect((await call('content.library.item.downloadsession.File.list', { session })).status).toBe(200);
  });
});

describe('since 9.1', () => {
  const both = async (run: (version: VCenterVersion) => Promise<unknown>) => [await run('9.0'), await run('9.1')];

  test('thumbprints are SHA-256: given, computed from the certificate, or SHA-1 if nothing else is known', async () => {
    const { cert, thumbprint } = createSelfSignedCertificate();
    const { fingerprint256 } = new X509Certificate(cert);
    const thumbprintWith = (certificate: SimulatedCertificate) => async (version: VCenterVersion) => {
      const { get, linkOf } = await startDownload('api', {
        files: [{ name: 'a', content: 'x' }],
        certificate,
        scenario: { version },
      });
      await linkOf('a');
      return field((await get('a')).json, 'download_endpoint', 'ssl_certificate_thumbprint');
    };
    expect(await both(thumbprintWith({ thumbprint, pem: cert }))).toEqual([thumbprint, fingerprint256]);
    expect(await both(thumbprintWith({ pem: cert }))).toEqual([undefined, fingerprint256]);
    expect(await both(thumbprintWith({ thumbprint, sha256Thumbprint: 'AB:CD' }))).toEqual([thumbprint, 'AB:CD']);
    expect(await both(thumbprintWith({ thumbprint, pem: 'no PEM' }))).toEqual([thumbprint, thumbprint]);
  });

  test('items of local libraries have a source_id, which finds them', async () => {
    const sources = await both(async (version) => {
      const { call } = await start('api', { inventory, scenario: { version } });
      const { json } = await call('content.library.Item.get', { item: 'item-1' });
      const found = await call('content.library.Item.find', { source_id: 'item-1' });
      return [field(json, 'source_id'), found.json];
    });
    expect(sources).toEqual([
      [undefined, []],
      ['item-1', ['item-1']],
    ]);
  });

  test('libraries have a configuration, and a reason for their state', async () => {
    const states = await both(async (version) => {
      const library = { id: 'lib', name: 'L', state: 'MAINTENANCE', stateMessage: 'It is being moved.', items: [] } as const;
      const { call } = await start('api', { inventory: { libraries: [library] }, scenario: { version } });
      const { json } = await call('content.Library.get', { library: 'lib' });
      return [field(json, 'state_info'), field(json, 'configuration_info')];
    });
    expect(states).toEqual([
      [{ state: 'MAINTENANCE' }, undefined],
      [{ state: 'MAINTENANCE', message: 'It is being moved.' }, { apply_library_usage_to_items: false }],
    ]);
  });

  test('a missing privilege comes with a challenge', async () => {
    const challenges = await both(async (version) => {
      const users = [{ username: 'u', password: 'p', noAccess: true }];
      const { call } = await start('api', { inventory, users, scenario: { version } });
      const { status, json } = await call('content.library.Item.get', { item: 'item-1' });
      return [status, field(json, 'challenge')];
    });
    expect(challenges).toEqual([
      [403, undefined],
      [403, expect.stringContaining('Basic realm=')],
    ]);
  });
});

test('messages have named parameters since 7.0', async () => {
  const errorMessage = async (version: VCenterVersion) => {
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
  expect(await errorMessage('6.7')).toEqual({ id: 'x', default_message: 'X', args: [] });
  expect(await errorMessage('7.0')).toEqual({ id: 'x', default_message: 'X', args: [], params: [{ key: 'n', value: { i: 1 } }] });
});
