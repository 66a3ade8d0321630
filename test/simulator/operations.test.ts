import { describe, expect, test } from '@jest/globals';
import {
  decoder,
  DownloadFileInfo,
  DownloadSessionModel,
  ItemFileInfo,
  ItemModel,
  LibraryModel,
  SessionInfo,
  type Codec,
} from 'rx-content-library';
import { createSimulator, type Inventory } from 'rx-content-library/simulator';
import { callAs, dialects, logIn, operations, start, type Dialect } from './wire.ts';

const inventory: Inventory = {
  libraries: [
    {
      id: 'lib-1',
      name: 'Templates',
      description: 'What we build from',
      items: [
        {
          id: 'item-1',
          name: 'Debian',
          type: 'ovf',
          contentVersion: '7',
          files: [
            { name: 'd.ovf', content: '<Envelope/>' },
            { name: 'd 1.vmdk', size: 1000 },
          ],
        },
        { id: 'item-2', name: 'Notes', files: [] },
      ],
    },
    { id: 'lib-2', name: 'templates', type: 'SUBSCRIBED', items: [{ id: 'item-3', name: 'debian', type: 'iso', files: [] }] },
  ],
};

const decodes = <A>(codec: Codec<A>, value: unknown): A => {
  const decoded = decoder(codec)(value);
  if (decoded._tag === 'Left') throw decoded.left;
  return decoded.right;
};

const session = async (dialect: Dialect) => {
  const started = await start(dialect, { inventory });
  const { json } = await started.call('content.library.item.DownloadSession.create', { item: 'item-1' });
  return { ...started, id: String(json) };
};

describe.each(dialects)('in /%s', (dialect) => {
  const created = dialect === 'api' ? 201 : 200;
  const nothing = { status: dialect === 'api' ? 204 : 200, text: '' };

  test('a login answers a token of 32 hexadecimal digits', async () => {
    const simulator = createSimulator();
    const { status, json } = await logIn(simulator, dialect);
    expect(status).toBe(created);
    expect(json).toMatch(/^[0-9a-f]{32}$/);
    expect(simulator.apiSessions).toBe(1);
  });

  test('the API session tells its user and when it was used', async () => {
    const { call, pass } = await start(dialect);
    pass(1500);
    const { status, json } = await call('cis.Session.get');
    expect(status).toBe(200);
    expect(decodes(SessionInfo, json)).toEqual({
      user: 'administrator@vsphere.local',
      created_time: '2024-01-01T00:00:00.000Z',
      last_accessed_time: '2024-01-01T00:00:01.500Z',
    });
  });

  test('a logout ends the API session', async () => {
    const { call, simulator } = await start(dialect);
    expect(await call('cis.Session.delete')).toMatchObject(nothing);
    expect(simulator.apiSessions).toBe(0);
    expect((await call('cis.Session.get')).status).toBe(401);
  });

  test('libraries are listed by id', async () => {
    const { call } = await start(dialect, { inventory });
    expect(await call('content.Library.list')).toMatchObject({ status: 200, json: ['lib-1', 'lib-2'] });
  });

  test.each([
    [{ name: 'TEMPLATES' }, ['lib-1', 'lib-2']],
    [{ name: 'templates', type: 'LOCAL' }, ['lib-1']],
    [{ type: 'SUBSCRIBED' }, ['lib-2']],
    [{ name: 'none such' }, []],
  ])('libraries are found by %j', async (spec, found) => {
    const { call } = await start(dialect, { inventory });
    expect(await call('content.Library.find', spec)).toMatchObject({ status: 200, json: found });
  });

  test('a library is described', async () => {
    const { call } = await start(dialect, { inventory });
    const { status, json } = await call('content.Library.get', { library: 'lib-1' });
    expect(status).toBe(200);
    expect(decodes(LibraryModel, json)).toMatchObject({
      id: 'lib-1',
      name: 'Templates',
      description: 'What we build from',
      type: 'LOCAL',
      creation_time: '2024-01-01T00:00:00.000Z',
      version: '1',
    });
    expect(json).not.toHaveProperty('last_sync_time');
    const subscribed = await call('content.Library.get', { library: 'lib-2' });
    expect(decodes(LibraryModel, subscribed.json)).toMatchObject({
      type: 'SUBSCRIBED',
      last_sync_time: '2024-01-01T00:00:00.000Z',
    });
  });

  test("a library's items are listed by id", async () => {
    const { call } = await start(dialect, { inventory });
    expect(await call('content.library.Item.list', { library: 'lib-1' })).toMatchObject({
      status: 200,
      json: ['item-1', 'item-2'],
    });
  });

  test.each([
    [{ name: 'DEBIAN' }, ['item-1', 'item-3']],
    [{ name: 'debian', library_id: 'lib-2' }, ['item-3']],
    [{ type: 'OVF' }, ['item-1']],
    [{ cached: true }, ['item-1', 'item-2', 'item-3']],
    [{ cached: false }, []],
    [{ source_id: 'none such' }, []],
  ])('items are found by %j', async (spec, found) => {
    const { call } = await start(dialect, { inventory });
    expect(await call('content.library.Item.find', spec)).toMatchObject({ status: 200, json: found });
  });

  test('an item is described', async () => {
    const { call } = await start(dialect, { inventory });
    const { status, json } = await call('content.library.Item.get', { item: 'item-1' });
    expect(status).toBe(200);
    expect(decodes(ItemModel, json)).toMatchObject({
      id: 'item-1',
      library_id: 'lib-1',
      name: 'Debian',
      type: 'ovf',
      content_version: '7',
      cached: true,
      size: 1011,
    });
    expect((await call('content.library.Item.get', { item: 'item-2' })).json).not.toHaveProperty('type');
    expect((await call('content.library.Item.get', { item: 'item-3' })).json).toHaveProperty('source_id');
  });

  test("an item's files are listed, with a checksum where the bytes were given", async () => {
    const { call } = await start(dialect, { inventory });
    const { status, json } = await call('content.library.item.File.list', { item: 'item-1' });
    expect(status).toBe(200);
    expect(json.map((file: unknown) => decodes(ItemFileInfo, file))).toEqual([
      {
        name: 'd.ovf',
        size: 11,
        cached: true,
        version: '1',
        checksum_info: { algorithm: 'SHA1', checksum: expect.stringMatching(/^[0-9a-f]{40}$/) },
      },
      { name: 'd 1.vmdk', size: 1000, cached: true, version: '1' },
    ]);
  });

  test('one file of an item is described', async () => {
    const { call } = await start(dialect, { inventory });
    const { status, json } = await call('content.library.item.File.get', { item: 'item-1', name: 'd 1.vmdk' });
    expect(status).toBe(200);
    expect(decodes(ItemFileInfo, json).name).toBe('d 1.vmdk');
  });

  test('a download session is created, listed, described and deleted', async () => {
    const { call, simulator } = await start(dialect, { inventory });
    const { status, json: id } = await call('content.library.item.DownloadSession.create', { item: 'item-1' });
    expect(status).toBe(created);
    // Two UUIDs with a colon in between, as real servers give them.
    expect(id).toMatch(/^[0-9a-f-]{36}:[0-9a-f-]{36}$/);
    expect(simulator.downloadSessions).toEqual([{ id, itemId: 'item-1', state: 'ACTIVE' }]);
    expect((await call('content.library.item.DownloadSession.list')).json).toEqual([id]);
    expect((await call('content.library.item.DownloadSession.list', { item: 'item-1' })).json).toEqual([id]);
    expect((await call('content.library.item.DownloadSession.list', { item: 'item-2' })).json).toEqual([]);
    const described = await call('content.library.item.DownloadSession.get', { session: id });
    expect(described.status).toBe(200);
    expect(decodes(DownloadSessionModel, described.json)).toEqual({
      id,
      library_item_id: 'item-1',
      library_item_content_version: '7',
      client_progress: 0,
      state: 'ACTIVE',
      expiration_time: '2024-01-01T00:05:00.000Z',
    });
    expect(await call('content.library.item.DownloadSession.delete', { session: id })).toMatchObject(nothing);
    expect(simulator.downloadSessions).toEqual([]);
    expect((await call('content.library.item.DownloadSession.list')).json).toEqual([]);
  });

  test("others' download sessions are not listed, but whoever knows the id can read them", async () => {
    const users = ['ada', 'bob'].map((username) => ({ username, password: 'pw' }));
    const ada = await start(dialect, { inventory, users });
    const { json: id } = await ada.call('content.library.item.DownloadSession.create', { item: 'item-1' });
    const { json: token } = await logIn(ada.simulator, dialect, 'bob', 'pw');
    const bob = callAs(ada.simulator, dialect, token);
    expect((await bob('content.library.item.DownloadSession.list')).json).toEqual([]);
    expect((await bob('content.library.item.DownloadSession.get', { session: id })).status).toBe(200);
  });

  test('keep-alive answers nothing, and stores the progress', async () => {
    const { call, id } = await session(dialect);
    const keepAlive = 'content.library.item.DownloadSession.keep_alive';
    expect(await call(keepAlive, { session: id, progress: 40 })).toMatchObject(nothing);
    expect(await call(keepAlive, { session: id })).toMatchObject(nothing);
    expect((await call('content.library.item.DownloadSession.get', { session: id })).json.client_progress).toBe(40);
  });

  test('a cancelled session stays', async () => {
    const { call, id, simulator } = await session(dialect);
    expect(await call('content.library.item.DownloadSession.cancel', { session: id })).toMatchObject(nothing);
    expect((await call('content.library.item.DownloadSession.get', { session: id })).json.state).toBe('CANCELED');
    expect(simulator.downloadSessions).toMatchObject([{ state: 'CANCELED' }]);
  });

  test("a failed session stays, with the client's words", async () => {
    const { call, id } = await session(dialect);
    expect(await call('content.library.item.DownloadSession.fail', { session: id, message: 'disk full' })).toMatchObject(nothing);
    const { json } = await call('content.library.item.DownloadSession.get', { session: id });
    expect(decodes(DownloadSessionModel, json)).toMatchObject({
      state: 'ERROR',
      error_message: { default_message: 'disk full' },
    });
  });

  test("a session's files are listed and described, unprepared and without a size", async () => {
    const { call, id } = await session(dialect);
    const { status, json } = await call('content.library.item.downloadsession.File.list', { session: id });
    expect(status).toBe(200);
    expect(json.map((file: unknown) => decodes(DownloadFileInfo, file))).toEqual([
      { name: 'd.ovf', bytes_transferred: 0, status: 'UNPREPARED' },
      { name: 'd 1.vmdk', bytes_transferred: 0, status: 'UNPREPARED' },
    ]);
    const one = await call('content.library.item.downloadsession.File.get', { session: id, file: 'd 1.vmdk' });
    expect(one).toMatchObject({ status: 200, json: json[1] });
  });

  test('prepare answers how far the preparation is', async () => {
    const { call, id } = await session(dialect);
    const { status, json } = await call('content.library.item.downloadsession.File.prepare', { session: id, file: 'd.ovf' });
    expect(status).toBe(200);
    expect(decodes(DownloadFileInfo, json)).toEqual({ name: 'd.ovf', bytes_transferred: 0, status: 'PREPARE_REQUESTED' });
  });

  test('the same client token gives the same session', async () => {
    const { call } = await start(dialect, { inventory });
    const create = async (token?: string) =>
      (await call('content.library.item.DownloadSession.create', { item: 'item-1', token })).json;
    const first = await create('b8a2a2e3-2314-43cd-a871-6ede0f429751');
    expect(await create('B8A2A2E3-2314-43CD-A871-6EDE0F429751')).toBe(first);
    expect(await create('c8a2a2e3-2314-43cd-a871-6ede0f429751')).not.toBe(first);
    expect(await create()).not.toBe(await create());
    await call('content.library.item.DownloadSession.delete', { session: first });
    expect(await create('b8a2a2e3-2314-43cd-a871-6ede0f429751')).not.toBe(first);
  });

  test('every operation is known by the name that VMware gives it', async () => {
    for (const operation of operations) {
      const { call, simulator } = await start(dialect, { inventory });
      await call(operation, { library: 'lib-1', item: 'item-1', name: 'd.ovf', session: 's', file: 'd.ovf', message: 'm' });
      expect(simulator.requests.at(-1)).toMatchObject({ operation, dialect });
    }
  });
});

test('a session opened in one dialect is good in the other', async () => {
  const { simulator, token } = await start('rest');
  expect((await callAs(simulator, 'api', token)('cis.Session.get')).status).toBe(200);
});

test('without an inventory there is one library with one virtual machine', async () => {
  const { call } = await start('api');
  const [library] = (await call('content.Library.list')).json;
  const [item] = (await call('content.library.Item.list', { library })).json;
  expect((await call('content.library.Item.get', { item })).json).toMatchObject({ name: 'debian-12', type: 'ovf' });
  const { json: files } = await call('content.library.item.File.list', { item });
  expect(files.map(({ name }: { name: string }) => name)).toEqual(['debian-12.ovf', 'debian-12-1.vmdk', 'debian-12-2.nvram']);
});
