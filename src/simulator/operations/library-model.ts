/** What vCenter tells of a library. */

import type { LibraryModel, StorageBacking } from '../../model/index.ts';
import type { InventoryLibrary } from '../options/inventory.ts';
import { isSince } from '../options/version.ts';
import type { StoredLibrary } from '../state/catalogue.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';

/** What vCenter tells of a library, as far as its release has it. */
export const libraryModel = (vcenter: SimulatedVCenter, library: StoredLibrary, origin: string): LibraryModel => {
  const { id, name, type, facts } = library;
  const started = new Date(vcenter.startedAt).toISOString();
  return {
    ...(vcenter.assumptions.idInGet === false ? {} : { id }),
    name,
    description: facts.description ?? '',
    type,
    creation_time: facts.creationTime ?? started,
    last_modified_time: facts.lastModifiedTime ?? started,
    version: facts.version ?? '1',
    server_guid: vcenter.serverGuid,
    storage_backings: [storageBacking(library)],
    ...(type === 'LOCAL' ? local(vcenter, library, origin) : { last_sync_time: started, ...subscription(facts) }),
    ...sinceThen(vcenter, facts),
  };
};

/** Where a library keeps its files. */
export const storageBacking = ({ facts: { storage = { datastoreId: 'datastore-33' } } }: StoredLibrary): StorageBacking =>
  'uri' in storage ? { type: 'OTHER', storage_uri: storage.uri } : { type: 'DATASTORE', datastore_id: storage.datastoreId };

const local = ({ version }: SimulatedVCenter, { id, facts }: StoredLibrary, origin: string): Partial<LibraryModel> => ({
  publish_info: {
    authentication_method: 'NONE',
    published: facts.published ?? false,
    publish_url: `${origin}/cls/vcsp/lib/${encodeURIComponent(id)}/lib.json`,
    persist_json_enabled: false,
    // Answers that were recorded in 2020 have these two, those of 2022 have neither.
    ...(isSince(version, '8.0') ? {} : { user_name: 'vcsp' }),
  },
  ...(isSince(version, '8.0') ? {} : { optimization_info: { optimize_remote_publishing: false } }),
});

const subscription = ({ name, subscription: given = {} }: InventoryLibrary): Partial<LibraryModel> => ({
  subscription_info: {
    authentication_method: 'NONE',
    automatic_sync_enabled: given.automaticSync ?? false,
    on_demand: given.onDemand ?? true,
    subscription_url: given.url ?? `https://publisher.example.test:443/cls/vcsp/lib/${encodeURIComponent(name)}/lib.json`,
  },
});

const sinceThen = (
  { version }: SimulatedVCenter,
  { securityPolicyId, state = 'ACTIVE' }: InventoryLibrary,
): Partial<LibraryModel> => ({
  ...(isSince(version, '8.0') && securityPolicyId !== undefined ? { security_policy_id: securityPolicyId } : {}),
  ...(isSince(version, '9.0') ? { state_info: { state } } : {}),
});
