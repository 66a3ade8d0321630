import { describe, expect, test } from '@jest/globals';
import { ItemModel, LibraryModel } from 'rx-content-library';
import type { Inventory, VCenterVersion } from 'rx-content-library/simulator';
import { bare, message, refusal } from './refusal.ts';
import { decodes, dialects, inventory, start } from './call.ts';

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

const of = async (version: VCenterVersion) => {
  const { call } = await start(version === '6.7' ? 'rest' : 'api', { inventory: full, scenario: { version } });
  return call;
};

describe.each(dialects)('in /%s', (dialect) => {
  test('libraries are listed by their kind', async () => {
    const { call } = await start(dialect, { inventory });
    expect(await call('content.LocalLibrary.list')).toMatchObject({ status: 200, json: ['lib-1'] });
    expect(await call('content.SubscribedLibrary.list')).toMatchObject({ status: 200, json: ['lib-2'] });
  });

  test('a library is described by the service of its kind, and by no other', async () => {
    const { call } = await start(dialect, { inventory });
    expect((await call('content.LocalLibrary.get', { library: 'lib-1' })).json).toHaveProperty('type', 'LOCAL');
    expect((await call('content.SubscribedLibrary.get', { library: 'lib-2' })).json).toHaveProperty('type', 'SUBSCRIBED');
    const said = (id: string, kind: string) =>
      refusal(
        dialect,
        400,
        'INVALID_ELEMENT_TYPE',
        message('com.vmware.vdcs.cls-main.invalid_library_type', `The library with the ID ${id} is not ${kind}.`, [
          'library',
          id,
          kind,
        ]),
      );
    expect(bare(await call('content.LocalLibrary.get', { library: 'lib-2' }))).toEqual(said('lib-2', 'a local library'));
    expect(bare(await call('content.SubscribedLibrary.get', { library: 'lib-1' }))).toEqual(
      said('lib-1', 'a subscribed library'),
    );
  });
});

test('a local library is told as far as the release has it', async () => {
  const told = async (version: VCenterVersion) =>
    decodes(LibraryModel, (await (await of(version))('content.Library.get', { library: 'local' })).json);
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
  expect(await told('6.7')).toEqual(older);
  expect(await told('7.0')).toEqual(older);
  expect(await told('8.0')).toEqual({ ...eight, security_policy_id: 'policy-1' });
  expect(await told('9.0')).toEqual({ ...eight, security_policy_id: 'policy-1', state_info: { state: 'MAINTENANCE' } });
});

test('a subscribed library tells what it is subscribed to', async () => {
  const { json } = await (await of('8.0'))('content.Library.get', { library: 'subscribed' });
  expect(decodes(LibraryModel, json)).toMatchObject({
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

test('an item is told as far as the release has it', async () => {
  const told = async (version: VCenterVersion) =>
    decodes(ItemModel, (await (await of(version))('content.library.Item.get', { item: 'item' })).json);
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
    // What it takes on the storage, not what it weighs.
    size: 15,
    creation_time: '2020-01-02T03:04:05.678Z',
    last_modified_time: '2021-01-02T03:04:05.678Z',
  };
  const eight = {
    ...seven,
    security_compliance: false,
    certificate_verification_info: { status: 'VERIFIED', cert_chain: ['PEM'] },
  };
  expect(await told('6.7')).toEqual(seven);
  expect(await told('7.0')).toEqual(seven);
  expect(await told('8.0')).toEqual(eight);
  expect(await told('9.0')).toEqual(eight);
});

test('an item of a subscribed library is found by its source', async () => {
  const call = await of('8.0');
  expect((await call('content.library.Item.find', { source_id: 'original' })).json).toEqual(['copy']);
});

test('libraries are found by their storage from 9.0 on', async () => {
  const backing = { storage_backing: { type: 'DATASTORE', datastore_id: 'datastore-7' } };
  expect((await (await of('9.0'))('content.Library.find', backing)).json).toEqual(['local']);
  expect((await (await of('8.0'))('content.Library.find', backing)).status).toBe(400);
});
