import { describe, expect, test } from '@jest/globals';
import { ItemModel, LibraryModel } from 'rx-content-library';
import type { Inventory, VCenterVersion } from 'rx-content-library/simulator';
import { decodeOrThrow, dialects, inventory, start } from './call.ts';
import { errorResponse, message, statusAndJson } from './expected-errors.ts';

const full: Inventory = {
  libraries: [
    {
      id: 'local',
      name: 'Local',
      version: '4',
      published: true,
      creationTime: '2020-01-02T03:04:05.678Z',
      lastModifiedTime: '2021-01-02T03:04:05.678Z',
      storage: { datastoreId: 'datastore-7' },
      securityPolicyId: 'policy-1',
      state: 'MAINTENANCE',
      items: [
        {
          id: 'item',
          name: 'I',
          type: 'ovf',
          description: 'D',
          contentVersion: '2',
          metadataVersion: '3',
          version: '4',
          creationTime: '2020-01-02T03:04:05.678Z',
          lastModifiedTime: '2021-01-02T03:04:05.678Z',
          securityCompliance: false,
          certificateVerification: { status: 'VERIFIED', certChain: ['PEM'] },
          files: [
            { name: 'a', size: 10 },
            { name: 'b', size: 10, storedSize: 5 },
          ],
        },
      ],
    },
    {
      id: 'subscribed',
      name: 'Subscribed',
      type: 'SUBSCRIBED',
      subscription: { url: 'https://publisher.example.test/lib.json', onDemand: false, automaticSync: true },
      items: [{ id: 'copy', name: 'C', sourceId: 'original', files: [] }],
    },
  ],
};

const callIn = async (version: VCenterVersion) => {
  const { call } = await start(version === '6.7' ? 'rest' : 'api', { inventory: full, scenario: { version } });
  return call;
};

describe.each(dialects)('in /%s', (dialect) => {
  test('libraries are listed by type', async () => {
    const { call } = await start(dialect, { inventory });
    expect(await call('content.LocalLibrary.list')).toMatchObject({ status: 200, json: ['lib-1'] });
    expect(await call('content.SubscribedLibrary.list')).toMatchObject({ status: 200, json: ['lib-2'] });
  });

  test('a library is returned by the service of its type only', async () => {
    const { call } = await start(dialect, { inventory });
    expect((await call('content.LocalLibrary.get', { library: 'lib-1' })).json).toHaveProperty('type', 'LOCAL');
    expect((await call('content.SubscribedLibrary.get', { library: 'lib-2' })).json).toHaveProperty('type', 'SUBSCRIBED');
    const wrongType = (id: string, kind: string) =>
      errorResponse(
        dialect,
        400,
        'INVALID_ELEMENT_TYPE',
        message('com.vmware.vdcs.cls-main.invalid_library_type', `The library with the ID ${id} is not ${kind}.`, [
          'library',
          id,
          kind,
        ]),
      );
    expect(statusAndJson(await call('content.LocalLibrary.get', { library: 'lib-2' }))).toEqual(
      wrongType('lib-2', 'a local library'),
    );
    expect(statusAndJson(await call('content.SubscribedLibrary.get', { library: 'lib-1' }))).toEqual(
      wrongType('lib-1', 'a subscribed library'),
    );
  });
});

test('a local library has the fields of the release', async () => {
  const read = async (version: VCenterVersion) =>
    decodeOrThrow(LibraryModel, (await (await callIn(version))('content.Library.get', { library: 'local' })).json);
  const eight = {
    id: 'local',
    name: 'Local',
    description: '',
    type: 'LOCAL',
    creation_time: '2020-01-02T03:04:05.678Z',
    last_modified_time: '2021-01-02T03:04:05.678Z',
    version: '4',
    server_guid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    storage_backings: [{ type: 'DATASTORE', datastore_id: 'datastore-7' }],
    publish_info: {
      authentication_method: 'NONE',
      published: true,
      publish_url: 'https://vcenter.example.test/cls/vcsp/lib/local/lib.json',
      persist_json_enabled: false,
    },
  };
  const older = {
    ...eight,
    publish_info: { ...eight.publish_info, user_name: 'vcsp' },
    optimization_info: { optimize_remote_publishing: false },
  };
  expect(await read('6.7')).toEqual(older);
  expect(await read('7.0')).toEqual(older);
  expect(await read('8.0')).toEqual({ ...eight, security_policy_id: 'policy-1' });
  expect(await read('9.0')).toEqual({ ...eight, security_policy_id: 'policy-1', state_info: { state: 'MAINTENANCE' } });
});

test('a subscribed library has its subscription', async () => {
  const { json } = await (await callIn('8.0'))('content.Library.get', { library: 'subscribed' });
  expect(decodeOrThrow(LibraryModel, json)).toMatchObject({
    last_sync_time: '2024-01-01T00:00:00.000Z',
    subscription_info: {
      authentication_method: 'NONE',
      automatic_sync_enabled: true,
      on_demand: false,
      subscription_url: 'https://publisher.example.test/lib.json',
    },
  });
  expect(json).not.toHaveProperty('publish_info');
});

test('an item has the fields of the release', async () => {
  const read = async (version: VCenterVersion) =>
    decodeOrThrow(ItemModel, (await (await callIn(version))('content.library.Item.get', { item: 'item' })).json);
  const seven = {
    id: 'item',
    library_id: 'local',
    name: 'I',
    description: 'D',
    type: 'ovf',
    content_version: '2',
    metadata_version: '3',
    version: '4',
    cached: true,
    // The size on the storage, not that of the content.
    size: 15,
    creation_time: '2020-01-02T03:04:05.678Z',
    last_modified_time: '2021-01-02T03:04:05.678Z',
  };
  const eight = {
    ...seven,
    security_compliance: false,
    certificate_verification_info: { status: 'VERIFIED', cert_chain: ['PEM'] },
  };
  expect(await read('6.7')).toEqual(seven);
  expect(await read('7.0')).toEqual(seven);
  expect(await read('8.0')).toEqual(eight);
  expect(await read('9.0')).toEqual(eight);
});

test('an item of a subscribed library is found by its source', async () => {
  const call = await callIn('8.0');
  expect((await call('content.library.Item.find', { source_id: 'original' })).json).toEqual(['copy']);
});

test('libraries are found by their storage since 9.0', async () => {
  const backing = { storage_backing: { type: 'DATASTORE', datastore_id: 'datastore-7' } };
  expect((await (await callIn('9.0'))('content.Library.find', backing)).json).toEqual(['local']);
  expect((await (await callIn('8.0'))('content.Library.find', backing)).status).toBe(400);
});
