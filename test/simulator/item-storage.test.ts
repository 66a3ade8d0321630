import { describe, expect, test } from '@jest/globals';
import { ItemChangesInfo, ItemChangesSummary, ItemStorageInfo } from 'rx-content-library';
import { asArray, decodeOrThrow, dialects, start, type Dialect } from './call.ts';

const storage = 'content.library.item.Storage';
const changes = 'content.library.item.Changes';

const long = `${'x'.repeat(79)}yz`;

const open = (dialect: Dialect) =>
  start(dialect, {
    inventory: {
      libraries: [
        {
          id: 'lib',
          name: 'L',
          items: [
            {
              id: 'item',
              name: 'I',
              files: [
                { name: 'a b.vmdk', content: 'x', storedSize: 4096, version: '3' },
                { name: 'gone.vmdk', size: 9, cached: false },
              ],
              version: '5',
              creationTime: '2023-05-06T07:08:09.000Z',
            },
            {
              id: 'item-2',
              name: 'J',
              changes: [
                { version: '1', time: '2023-01-01T00:00:00.000Z', user: 'ada', message: '\n\nfirst\nand more' },
                { version: '2', message: long },
                { version: '3' },
              ],
              files: [],
            },
          ],
        },
        {
          id: 'nas',
          name: 'N',
          storage: { uri: 'nfs://nas.example.test/vol1' },
          items: [{ id: 'item-3', name: 'K', files: [{ name: 'README', content: 'x' }] }],
        },
      ],
    },
  });

describe.each(dialects)('in /%s', (dialect) => {
  test('Storage.list returns the storage of each file', async () => {
    const { call } = await open(dialect);
    const { status, json } = await call(`${storage}.list`, { item: 'item' });
    expect(status).toBe(200);
    expect(asArray(json).map((file) => decodeOrThrow(ItemStorageInfo, file))).toEqual([
      {
        name: 'a b.vmdk',
        size: 4096,
        cached: true,
        version: '3',
        checksum_info: { algorithm: 'SHA1', checksum: '11f6ad8ec52a2984abaafd7c3b516503785c2072' },
        storage_backing: { type: 'DATASTORE', datastore_id: 'datastore-33' },
        storage_uris: [
          expect.stringMatching(
            /^ds:\/\/\/vmfs\/volumes\/[0-9a-f-]{36}\/\/contentlib-lib\/item\/a%20b_[0-9a-f-]{36}\.vmdk\?serverId=[0-9a-f-]{36}$/,
          ),
        ],
      },
      {
        name: 'gone.vmdk',
        size: 0,
        cached: false,
        version: '1',
        storage_backing: { type: 'DATASTORE', datastore_id: 'datastore-33' },
        storage_uris: [],
      },
    ]);
  });

  test('Storage.get returns a list, too', async () => {
    const { call } = await open(dialect);
    const { json } = await call(`${storage}.get`, { item: 'item-3', file: 'README' });
    expect(asArray(json).map((file) => decodeOrThrow(ItemStorageInfo, file))).toMatchObject([
      {
        name: 'README',
        storage_backing: { type: 'OTHER', storage_uri: 'nfs://nas.example.test/vol1' },
        storage_uris: [
          expect.stringMatching(/^nfs:\/\/nas\.example\.test\/vol1\/contentlib-nas\/item-3\/README_[0-9a-f-]{36}\?/),
        ],
      },
    ]);
  });

  test('Changes.list truncates messages to 80 characters or the first line', async () => {
    const { call } = await open(dialect);
    const { status, json } = await call(`${changes}.list`, { item: 'item-2' });
    expect(status).toBe(200);
    expect(asArray(json).map((change) => decodeOrThrow(ItemChangesSummary, change))).toEqual([
      { version: '1', time: '2023-01-01T00:00:00.000Z', user: 'ada', short_message: '\n\nfirst' },
      { version: '2', time: '2024-01-01T00:00:00.000Z', short_message: long.slice(0, 80) },
      { version: '3', time: '2024-01-01T00:00:00.000Z' },
    ]);
  });

  test('Changes.get returns the complete message', async () => {
    const { call } = await open(dialect);
    const { status, json } = await call(`${changes}.get`, { item: 'item-2', version: '1' });
    expect(status).toBe(200);
    expect(decodeOrThrow(ItemChangesInfo, json)).toEqual({
      time: '2023-01-01T00:00:00.000Z',
      user: 'ada',
      message: '\n\nfirst\nand more',
    });
  });

  test('the default is one change, at the creation time of the item', async () => {
    const { call } = await open(dialect);
    expect((await call(`${changes}.list`, { item: 'item' })).json).toEqual([{ version: '5', time: '2023-05-06T07:08:09.000Z' }]);
  });
});
