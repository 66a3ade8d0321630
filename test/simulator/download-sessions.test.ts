import { describe, expect, test } from '@jest/globals';
import { DownloadFileInfo, DownloadSessionModel } from 'rx-content-library';
import { asArray, callAs, decodeOrThrow, dialects, inventory, logIn, start, type Dialect } from './call.ts';

const session = async (dialect: Dialect) => {
  const started = await start(dialect, { inventory });
  const { json } = await started.call('content.library.item.DownloadSession.create', { item: 'item-1' });
  return { ...started, id: String(json) };
};

describe.each(dialects)('in /%s', (dialect) => {
  const created = dialect === 'api' ? 201 : 200;
  const nothing = { status: dialect === 'api' ? 204 : 200, text: '' };

  test('a download session is created, listed, read and deleted', async () => {
    const { call, simulator } = await start(dialect, { inventory });
    const { status, json: id } = await call('content.library.item.DownloadSession.create', { item: 'item-1' });
    expect(status).toBe(created);
    // Two UUIDs with a colon, as on real servers.
    expect(id).toMatch(/^[0-9a-f-]{36}:[0-9a-f-]{36}$/);
    expect(simulator.sessions).toMatchObject([{ id, itemId: 'item-1', state: 'ACTIVE' }]);
    expect((await call('content.library.item.DownloadSession.list')).json).toEqual([id]);
    expect((await call('content.library.item.DownloadSession.list', { item: 'item-1' })).json).toEqual([id]);
    expect((await call('content.library.item.DownloadSession.list', { item: 'item-2' })).json).toEqual([]);
    const read = await call('content.library.item.DownloadSession.get', { session: id });
    expect(read.status).toBe(200);
    expect(decodeOrThrow(DownloadSessionModel, read.json)).toEqual({
      id,
      library_item_id: 'item-1',
      library_item_content_version: '7',
      client_progress: 0,
      state: 'ACTIVE',
      expiration_time: '2024-01-01T00:05:00.000Z',
    });
    expect(await call('content.library.item.DownloadSession.delete', { session: id })).toMatchObject(nothing);
    expect(simulator.sessions).toEqual([]);
    expect((await call('content.library.item.DownloadSession.list')).json).toEqual([]);
  });

  test('download sessions of other users are not listed, but can be read by id', async () => {
    const users = ['ada', 'bob'].map((username) => ({ username, password: 'pw' }));
    const ada = await start(dialect, { inventory, users });
    const { json: id } = await ada.call('content.library.item.DownloadSession.create', { item: 'item-1' });
    const { json: token } = await logIn(ada.simulator, dialect, 'bob', 'pw');
    const bob = callAs(ada.simulator, dialect, String(token));
    expect((await bob('content.library.item.DownloadSession.list')).json).toEqual([]);
    expect((await bob('content.library.item.DownloadSession.get', { session: id })).status).toBe(200);
  });

  test('keep-alive returns nothing, and stores the progress', async () => {
    const { call, id } = await session(dialect);
    const keepAlive = 'content.library.item.DownloadSession.keep_alive';
    expect(await call(keepAlive, { session: id, progress: 40 })).toMatchObject(nothing);
    expect(await call(keepAlive, { session: id })).toMatchObject(nothing);
    expect((await call('content.library.item.DownloadSession.get', { session: id })).json).toHaveProperty('client_progress', 40);
  });

  test('a canceled session still exists', async () => {
    const { call, id, simulator } = await session(dialect);
    expect(await call('content.library.item.DownloadSession.cancel', { session: id })).toMatchObject(nothing);
    expect((await call('content.library.item.DownloadSession.get', { session: id })).json).toHaveProperty('state', 'CANCELED');
    expect(simulator.sessions).toMatchObject([{ state: 'CANCELED' }]);
  });

  test("a failed session still exists, with the client's message", async () => {
    const { call, id } = await session(dialect);
    expect(await call('content.library.item.DownloadSession.fail', { session: id, message: 'disk full' })).toMatchObject(nothing);
    const { json } = await call('content.library.item.DownloadSession.get', { session: id });
    expect(decodeOrThrow(DownloadSessionModel, json)).toMatchObject({
      state: 'ERROR',
      error_message: { default_message: 'disk full' },
    });
  });

  test("a session's files are listed and read, unprepared and without a size", async () => {
    const { call, id } = await session(dialect);
    const { status, json } = await call('content.library.item.downloadsession.File.list', { session: id });
    expect(status).toBe(200);
    expect(asArray(json).map((file: unknown) => decodeOrThrow(DownloadFileInfo, file))).toEqual([
      { name: 'd.ovf', bytes_transferred: 0, status: 'UNPREPARED' },
      { name: 'd 1.vmdk', bytes_transferred: 0, status: 'UNPREPARED' },
    ]);
    const one = await call('content.library.item.downloadsession.File.get', { session: id, file: 'd 1.vmdk' });
    expect(one).toMatchObject({ status: 200, json: asArray(json)[1] });
  });

  test('prepare returns the current status', async () => {
    const { call, id } = await session(dialect);
    const { status, json } = await call('content.library.item.downloadsession.File.prepare', { session: id, file: 'd.ovf' });
    expect(status).toBe(200);
    expect(decodeOrThrow(DownloadFileInfo, json)).toEqual({ name: 'd.ovf', bytes_transferred: 0, status: 'PREPARE_REQUESTED' });
  });

  test('the same client token returns the same session', async () => {
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
});
