import { describe, expect, test } from '@jest/globals';
import type { InventoryItem, InventorySubscription } from 'rx-content-library/simulator';
import { dialects, field, start, type Dialect } from './call.ts';
import { errorResponse, message, statusAndJson } from './expected-errors.ts';

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
  const cacheState = async () => {
    const { json } = await started.call('content.library.Item.get', { item: 'item' });
    return [field(json, 'cached'), field(json, 'size'), field(json, 'last_sync_time')];
  };
  return { ...started, cacheState };
};

describe.each(dialects)('in /%s', (dialect) => {
  const nothing = { status: dialect === 'api' ? 204 : 200, text: '' };
  const startTime = '2024-01-01T00:00:00.000Z';

  test('an on-demand item is initially not on disk, with a size of 0', async () => {
    const { call, cacheState } = await open(dialect);
    expect(await cacheState()).toEqual([false, 0, startTime]);
    expect((await call('content.library.Item.find', { cached: false })).json).toEqual(['item']);
    expect((await call('content.library.item.File.list', { item: 'item' })).json).toEqual([
      { name: 'a', size: 0, cached: false, version: '1' },
      { name: 'b', size: 0, cached: false, version: '1' },
    ]);
  });

  test('a synchronization returns immediately, and continues until all files are on disk', async () => {
    const { call, advance, cacheState } = await open(dialect);
    advance(5000);
    expect(await call(`${service}.sync`, { item: 'item', force: true })).toMatchObject(nothing);
    expect(await cacheState()).toEqual([false, 0, '2024-01-01T00:00:05.000Z']);
    advance(300);
    expect(await cacheState()).toEqual([false, 2, '2024-01-01T00:00:05.000Z']);
    advance(700);
    expect(await cacheState()).toEqual([true, 1002, '2024-01-01T00:00:05.000Z']);
  });

  test('a synchronization that is not forced fetches files only if the subscription is not on demand', async () => {
    for (const [onDemand, cached] of [
      [true, false],
      [false, true],
    ] as const) {
      const { call, advance, cacheState } = await open(dialect, {}, { onDemand });
      expect((await call(`${service}.sync`, { item: 'item', force: false })).status).toBeLessThan(300);
      advance(1000);
      expect((await cacheState())[0]).toBe(cached);
    }
  });

  test('a synchronization deletes an item that the publisher has deleted', async () => {
    const { call } = await open(dialect, { deletedAtSource: true });
    expect(await call(`${service}.sync`, { item: 'item', force: false })).toMatchObject(nothing);
    expect((await call('content.library.Item.get', { item: 'item' })).status).toBe(404);
    expect((await call('content.library.Item.list', { library: 'lib' })).json).toEqual([]);
  });

  test('an evicted item is not on disk until it is synchronized again', async () => {
    const { call, advance, cacheState } = await open(dialect, { cached: true });
    expect(await cacheState()).toEqual([true, 1002, startTime]);
    expect(await call(`${service}.evict`, { item: 'item' })).toMatchObject(nothing);
    expect(await cacheState()).toEqual([false, 0, startTime]);
    await call(`${service}.sync`, { item: 'item', force: true });
    advance(1000);
    expect((await cacheState())[0]).toBe(true);
  });

  test('an item cannot be evicted if the subscription is not on demand', async () => {
    const { call } = await open(dialect, {}, { onDemand: false });
    expect(statusAndJson(await call(`${service}.evict`, { item: 'item' }))).toEqual(
      errorResponse(
        dialect,
        400,
        'INVALID_ELEMENT_CONFIGURATION',
        message('com.vmware.vdcs.cls-main.invalid_library_configuration', 'The library S is not synchronized on demand.', [
          'lib',
        ]),
      ),
    );
  });

  test.each(['sync', 'evict'])('%s fails if the content was lost', async (verb) => {
    const { call } = await open(dialect, { contentLost: true });
    const text = 'The content of the library item I has been deleted from its storage.';
    expect(statusAndJson(await call(`${service}.${verb}`, { item: 'item', force: true }))).toEqual(
      errorResponse(
        dialect,
        400,
        'NOT_ALLOWED_IN_CURRENT_STATE',
        message('com.vmware.vdcs.cls-main.not_allowed_in_current_state', text, ['item']),
      ),
    );
  });

  test.each(['sync', 'evict'])('%s fails for items of local libraries', async (verb) => {
    const { call } = await open(dialect);
    const expected = 'an item of a subscribed library';
    expect(statusAndJson(await call(`${service}.${verb}`, { item: 'local', force: true }))).toEqual(
      errorResponse(
        dialect,
        400,
        'INVALID_ELEMENT_TYPE',
        message('com.vmware.vdcs.cls-main.invalid_library_type', `The library item with the ID local is not ${expected}.`, [
          'library item',
          'local',
          expected,
        ]),
      ),
    );
  });

  test('preparing a file that is not on disk fetches it first', async () => {
    const { call, advance, cacheState } = await open(dialect);
    const { json: session } = await call('content.library.item.DownloadSession.create', { item: 'item' });
    await call(`${fileService}.prepare`, { session, file: 'a' });
    const now = async () => {
      const { json } = await call(`${fileService}.get`, { session, file: 'a' });
      return [field(json, 'status'), field(json, 'bytes_transferred')];
    };
    expect(await now()).toEqual(['PREPARE_REQUESTED', 0]);
    advance(200);
    expect(await now()).toEqual(['PREPARING', 0]);
    advance(800);
    expect(await now()).toEqual(['PREPARING', 500]);
    expect((await cacheState())[1]).toBe(0);
    advance(200);
    // It is on disk, but not prepared yet.
    expect((await cacheState())[1]).toBe(1000);
    advance(599);
    expect(await now()).toEqual(['PREPARING', 999]);
    advance(1);
    expect(await now()).toEqual(['PREPARED', 1000]);
  });

  test('a file that is being fetched is not fetched again', async () => {
    const { call, advance } = await open(dialect);
    await call(`${service}.sync`, { item: 'item', force: true });
    advance(900);
    const { json: session } = await call('content.library.item.DownloadSession.create', { item: 'item' });
    await call(`${fileService}.prepare`, { session, file: 'a' });
    // It is on disk before the preparation starts.
    advance(800);
    expect((await call(`${fileService}.get`, { session, file: 'a' })).json).toHaveProperty('status', 'PREPARED');
  });
});

test('optional files can be synchronized since 8.0', async () => {
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
