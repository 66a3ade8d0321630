import { describe, expect, test } from '@jest/globals';
import { ItemFileInfo, ItemModel, LibraryModel, SessionInfo } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { asArray, callAs, decodeOrThrow, dialects, field, inventory, logIn, operations, start, startDownload } from './call.ts';

describe.each(dialects)('in /%s', (dialect) => {
  const created = dialect === 'api' ? 201 : 200;
  const nothing = { status: dialect === 'api' ? 204 : 200, text: '' };

  test('a login returns a token of 32 hexadecimal digits', async () => {
    const simulator = createSimulator();
    const { status, json } = await logIn(simulator, dialect);
    expect(status).toBe(created);
    expect(json).toMatch(/^[0-9a-f]{32}$/);
    expect(simulator.apiSessions).toBe(1);
  });

  test('the API session has its user and times', async () => {
    const { call, advance } = await start(dialect);
    advance(1500);
    const { status, json } = await call('cis.Session.get');
    expect(status).toBe(200);
    expect(decodeOrThrow(SessionInfo, json)).toEqual({
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

  test('get returns a library', async () => {
    const { call } = await start(dialect, { inventory });
    const { status, json } = await call('content.Library.get', { library: 'lib-1' });
    expect(status).toBe(200);
    expect(decodeOrThrow(LibraryModel, json)).toMatchObject({
      id: 'lib-1',
      name: 'Templates',
      description: 'Base images',
      type: 'LOCAL',
      creation_time: '2024-01-01T00:00:00.000Z',
      version: '1',
    });
    expect(json).not.toHaveProperty('last_sync_time');
    const subscribed = await call('content.Library.get', { library: 'lib-2' });
    expect(decodeOrThrow(LibraryModel, subscribed.json)).toMatchObject({
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

  test('get returns an item', async () => {
    const { call } = await start(dialect, { inventory });
    const { status, json } = await call('content.library.Item.get', { item: 'item-1' });
    expect(status).toBe(200);
    expect(decodeOrThrow(ItemModel, json)).toMatchObject({
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

  test("an item's files are listed with their checksums", async () => {
    const { call } = await start(dialect, { inventory });
    const { status, json } = await call('content.library.item.File.list', { item: 'item-1' });
    expect(status).toBe(200);
    expect(asArray(json).map((file: unknown) => decodeOrThrow(ItemFileInfo, file))).toEqual([
      {
        name: 'd.ovf',
        size: 11,
        cached: true,
        version: '1',
        checksum_info: { algorithm: 'SHA1', checksum: expect.stringMatching(/^[0-9a-f]{40}$/) },
      },
      {
        name: 'd 1.vmdk',
        size: 1000,
        cached: true,
        version: '1',
        checksum_info: { algorithm: 'SHA1', checksum: expect.stringMatching(/^[0-9a-f]{40}$/) },
      },
    ]);
  });

  test('get returns one file of an item', async () => {
    const { call } = await start(dialect, { inventory });
    const { status, json } = await call('content.library.item.File.get', { item: 'item-1', name: 'd 1.vmdk' });
    expect(status).toBe(200);
    expect(decodeOrThrow(ItemFileInfo, json).name).toBe('d 1.vmdk');
  });

  test("the request log has VMware's name of every operation", async () => {
    for (const operation of operations) {
      const { call, simulator } = await start(dialect, { inventory });
      await call(operation, { library: 'lib-1', item: 'item-1', name: 'd.ovf', session: 's', file: 'd.ovf', message: 'm' });
      expect(simulator.requests.at(-1)).toMatchObject({ operation, dialect });
    }
  });
});

test('generated files over 16 MiB are not read for a list: they have a checksum after they were downloaded', async () => {
  const files = [
    { name: 'at most', size: 16 * 1024 * 1024 },
    { name: 'more', size: 16 * 1024 * 1024 + 1 },
  ];
  const { call, linkOf, simulator } = await startDownload('api', { files, createHash: nodeHash });
  const hasChecksum = async () => {
    const { json } = await call('content.library.item.File.list', { item: 'item' });
    return asArray(json).map((file) => field(file, 'checksum_info') !== undefined);
  };
  expect(await hasChecksum()).toEqual([true, false]);
  await (await simulator.fetch(await linkOf('more'))).arrayBuffer();
  expect(await hasChecksum()).toEqual([true, true]);
});

test('a session created in one dialect is valid in the other', async () => {
  const { simulator, token } = await start('rest');
  expect((await callAs(simulator, 'api', token)('cis.Session.get')).status).toBe(200);
});

test('the default inventory is one library with one virtual machine', async () => {
  const { call } = await start('api');
  const [library] = asArray((await call('content.Library.list')).json);
  const [item] = asArray((await call('content.library.Item.list', { library })).json);
  expect((await call('content.library.Item.get', { item })).json).toMatchObject({ name: 'debian-12', type: 'ovf' });
  const { json: files } = await call('content.library.item.File.list', { item });
  expect(asArray(files).map((file) => field(file, 'name'))).toEqual(['debian-12.ovf', 'debian-12-1.vmdk', 'debian-12-2.nvram']);
});
