import { describe, expect, test } from '@jest/globals';
import type { InventoryItem, InventorySubscription } from 'rx-content-library/simulator';
import { bare, message, refusal } from './refusal.ts';
import { dialects, field, start, type Dialect } from './call.ts';

const service = 'content.library.SubscribedItem';
const fileService = 'content.library.item.downloadsession.File';

const open = async (dialect: Dialect, item: Partial<InventoryItem> = {}, subscription: InventorySubscription = {}) => {
  const files = [
    { name: 'a', size: 1000 },
    { name: 'b', content: 'bb' },
  ];
  const started = await start(dialect, {
    inventory: {
      libraries: [
        {
          id: 'lib',
          name: 'S',
          type: 'SUBSCRIBED',
          subscription,
          items: [{ id: 'item', name: 'I', cached: false, files, ...item }],
        },
        { name: 'L', items: [{ id: 'local', name: 'L', files }] },
      ],
    },
    scenario: { files: { b: { fetching: 300 } } },
  });
  const told = async () => {
    const { json } = await started.call('content.library.Item.get', { item: 'item' });
    return [field(json, 'cached'), field(json, 'size'), field(json, 'last_sync_time')];
  };
  return { ...started, told };
};

describe.each(dialects)('in /%s', (dialect) => {
  const nothing = { status: dialect === 'api' ? 204 : 200, text: '' };
  const began = '2024-01-01T00:00:00.000Z';

  test('an item on demand is not on disk at first, and weighs nothing', async () => {
    const { call, told } = await open(dialect);
    expect(await told()).toEqual([false, 0, began]);
    expect((await call('content.library.Item.find', { cached: false })).json).toEqual(['item']);
    expect((await call('content.library.item.File.list', { item: 'item' })).json).toEqual([
      { name: 'a', size: 0, cached: false, version: '1' },
      { name: 'b', size: 0, cached: false, version: '1' },
    ]);
  });

  test('a synchronization answers at once, and goes on until all files are there', async () => {
    const { call, pass, told } = await open(dialect);
    pass(5000);
    expect(await call(`${service}.sync`, { item: 'item', force: true })).toMatchObject(nothing);
    expect(await told()).toEqual([false, 0, '2024-01-01T00:00:05.000Z']);
    pass(300);
    expect(await told()).toEqual([false, 2, '2024-01-01T00:00:05.000Z']);
    pass(700);
    expect(await told()).toEqual([true, 1002, '2024-01-01T00:00:05.000Z']);
  });

  test('a synchronization that is not forced fetches files only where the subscription is not on demand', async () => {
    for (const [onDemand, cached] of [
      [true, false],
      [false, true],
    ] as const) {
      const { call, pass, told } = await open(dialect, {}, { onDemand });
      expect((await call(`${service}.sync`, { item: 'item', force: false })).status).toBeLessThan(300);
      pass(1000);
      expect((await told())[0]).toBe(cached);
    }
  });

  test('an item that the publisher has deleted is deleted by the synchronization', async () => {
    const { call } = await open(dialect, { deletedAtSource: true });
    expect(await call(`${service}.sync`, { item: 'item', force: false })).toMatchObject(nothing);
    expect((await call('content.library.Item.get', { item: 'item' })).status).toBe(404);
    expect((await call('content.library.Item.list', { library: 'lib' })).json).toEqual([]);
  });

  test('an item that is evicted is no longer on disk, and comes back', async () => {
    const { call, pass, told } = await open(dialect, { cached: true });
    expect(await told()).toEqual([true, 1002, began]);
    expect(await call(`${service}.evict`, { item: 'item' })).toMatchObject(nothing);
    expect(await told()).toEqual([false, 0, began]);
    await call(`${service}.sync`, { item: 'item', force: true });
    pass(1000);
    expect((await told())[0]).toBe(true);
  });

  test('an item can not be evicted where the subscription is not on demand', async () => {
    const { call } = await open(dialect, {}, { onDemand: false });
    expect(bare(await call(`${service}.evict`, { item: 'item' }))).toEqual(
      refusal(
        dialect,
        400,
        'NOT_ALLOWED_IN_CURRENT_STATE',
        message('com.vmware.vdcs.cls-main.not_allowed_in_current_state', 'The library S is not synchronized on demand.', ['lib']),
      ),
    );
  });

  test.each(['sync', 'evict'])('%s is refused where the content was lost', async (verb) => {
    const { call } = await open(dialect, { contentLost: true });
    const said = 'The content of the library item I has been deleted from its storage.';
    expect(bare(await call(`${service}.${verb}`, { item: 'item', force: true }))).toEqual(
      refusal(
        dialect,
        400,
        'NOT_ALLOWED_IN_CURRENT_STATE',
        message('com.vmware.vdcs.cls-main.not_allowed_in_current_state', said, ['item']),
      ),
    );
  });

  test.each(['sync', 'evict'])('%s is for items of subscribed libraries', async (verb) => {
    const { call } = await open(dialect);
    const wanted = 'an item of a subscribed library';
    expect(bare(await call(`${service}.${verb}`, { item: 'local', force: true }))).toEqual(
      refusal(
        dialect,
        400,
        'INVALID_ELEMENT_TYPE',
        message('com.vmware.vdcs.cls-main.invalid_library_type', `The library item with the ID local is not ${wanted}.`, [
          'library item',
          'local',
          wanted,
        ]),
      ),
    );
  });

  test('preparing a file that is not on disk fetches it first', async () => {
    const { call, pass, told } = await open(dialect);
    const { json: session } = await call('content.library.item.DownloadSession.create', { item: 'item' });
    await call(`${fileService}.prepare`, { session, file: 'a' });
    const now = async () => {
      const { json } = await call(`${fileService}.get`, { session, file: 'a' });
      return [field(json, 'status'), field(json, 'bytes_transferred')];
    };
    expect(await now()).toEqual(['PREPARE_REQUESTED', 0]);
    pass(200);
    expect(await now()).toEqual(['PREPARING', 0]);
    pass(800);
    expect(await now()).toEqual(['PREPARING', 500]);
    expect((await told())[1]).toBe(0);
    pass(200);
    // On disk it is now, ready it is not.
    expect((await told())[1]).toBe(1000);
    pass(599);
    expect(await now()).toEqual(['PREPARING', 999]);
    pass(1);
    expect(await now()).toEqual(['PREPARED', 1000]);
  });

  test('a file that is on its way already is not fetched twice', async () => {
    const { call, pass } = await open(dialect);
    await call(`${service}.sync`, { item: 'item', force: true });
    pass(900);
    const { json: session } = await call('content.library.item.DownloadSession.create', { item: 'item' });
    await call(`${fileService}.prepare`, { session, file: 'a' });
    // It is there before the server begins to prepare.
    pass(800);
    expect((await call(`${fileService}.get`, { session, file: 'a' })).json).toHaveProperty('status', 'PREPARED');
  });
});

test('optional files can be asked for from 8.0 on', async () => {
  for (const [version, status] of [
    ['7.0', 400],
    ['8.0', 204],
  ] as const) {
    const { simulator, token } = await start('api', {
      scenario: { version },
      inventory: { libraries: [{ name: 'S', type: 'SUBSCRIBED', items: [{ id: 'item', name: 'I', files: [] }] }] },
    });
    const response = await simulator.fetch('https://vcenter.example.test/api/content/library/subscribed-item/item?action=sync', {
      method: 'POST',
      headers: { 'vmware-api-session-id': token, 'content-type': 'application/json' },
      body: JSON.stringify({ force_sync_content: true, sync_optional_files: true }),
    });
    expect(response.status).toBe(status);
  }
});
