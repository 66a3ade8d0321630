/** Operations of `content.Library`, `content.LocalLibrary` and `content.SubscribedLibrary`. */

import * as t from 'io-ts';
import { StorageBacking, type LibraryModel } from '../../model/index.ts';
import type { InventoryLibrary } from '../options/inventory.ts';
import type { StoredLibrary } from '../state/catalog.ts';
import { isSince } from '../state/releases.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { defineOperation } from './define-operation.ts';
import { invalidArgumentError, objectNotFoundError, wrongKindError } from './vapi-error.ts';

const privilege = 'System.Read';

const LibraryType = t.union([t.literal('LOCAL'), t.literal('SUBSCRIBED')]);

const listOperation = (type?: StoredLibrary['type']) =>
  defineOperation({ privilege }, ({ catalog }) =>
    [...catalog.libraries.values()].filter((library) => type === undefined || library.type === type).map((library) => library.id),
  );

const getOperation = (type?: StoredLibrary['type']) =>
  defineOperation({ privilege, required: { library_id: t.string } }, (vcenter, { library_id }, { origin }) => {
    const library = libraryOf(vcenter, library_id);
    if (type !== undefined && library.type !== type)
      throw wrongKindError('library', library_id, type === 'LOCAL' ? 'a local library' : 'a subscribed library');
    return libraryModel(vcenter, library, origin);
  });

/** Returns the ids of all libraries. */
export const listLibraries = listOperation();

/** Returns the ids of all local libraries. */
export const listLocalLibraries = listOperation('LOCAL');

/** Returns the ids of all subscribed libraries. */
export const listSubscribedLibraries = listOperation('SUBSCRIBED');

/** Returns one library. */
export const getLibrary = getOperation();

/** Returns one local library. */
export const getLocalLibrary = getOperation('LOCAL');

/** Returns one subscribed library. */
export const getSubscribedLibrary = getOperation('SUBSCRIBED');

/** Returns the ids of the libraries that match all fields. */
export const findLibraries = defineOperation(
  {
    privilege,
    optional: { name: t.string, type: LibraryType, storage_backing: StorageBacking },
    since: { storage_backing: '9.0' },
  },
  ({ catalog }, { name, type, storage_backing: backing }) => {
    if (name === undefined && type === undefined && backing === undefined)
      throw invalidArgumentError('The find specification is empty.', 'spec');
    return [...catalog.libraries.values()]
      .filter((library) => matchesName(library.name, name) && (type === undefined || library.type === type))
      .filter((library) => backing === undefined || isSameBacking(storageBacking(library), backing))
      .map((library) => library.id);
  },
);

/** Returns a library, or throws. */
export const libraryOf = ({ catalog }: SimulatedVCenter, id: string): StoredLibrary => {
  const library = catalog.libraries.get(id);
  if (library === undefined) throw objectNotFoundError('library', id);
  return library;
};

const isSameBacking = (a: StorageBacking, b: StorageBacking): boolean =>
  a.type === b.type && a.datastore_id === b.datastore_id && a.storage_uri === b.storage_uri;

/** Returns the library with the fields of the simulated release. */
const libraryModel = (vcenter: SimulatedVCenter, library: StoredLibrary, origin: string): LibraryModel => {
  const { id, name, type, entry } = library;
  const started = new Date(vcenter.startedAt).toISOString();
  return {
    ...(vcenter.assumptions.idInGet === false ? {} : { id }),
    name,
    description: entry.description ?? '',
    type,
    creation_time: entry.creationTime ?? started,
    last_modified_time: entry.lastModifiedTime ?? started,
    version: entry.version ?? '1',
    server_guid: vcenter.serverGuid,
    storage_backings: [storageBacking(library)],
    ...(type === 'LOCAL' ? publication(vcenter, library, origin) : { last_sync_time: started, ...subscription(entry) }),
    ...laterFields(vcenter, entry),
  };
};

/** Returns where a library stores its files. */
export const storageBacking = ({ entry: { storage = { datastoreId: 'datastore-33' } } }: StoredLibrary): StorageBacking =>
  'uri' in storage ? { type: 'OTHER', storage_uri: storage.uri } : { type: 'DATASTORE', datastore_id: storage.datastoreId };

const publication = ({ version }: SimulatedVCenter, { id, entry }: StoredLibrary, origin: string): Partial<LibraryModel> => ({
  publish_info: {
    authentication_method: 'NONE',
    published: entry.published ?? false,
    publish_url: `${origin}/cls/vcsp/lib/${encodeURIComponent(id)}/lib.json`,
    persist_json_enabled: false,
    // Responses recorded in 2020 have these two, those of 2022 have neither.
    ...(isSince(version, '8.0') ? {} : { user_name: 'vcsp' }),
  },
  ...(isSince(version, '8.0') ? {} : { optimization_info: { optimize_remote_publishing: false } }),
});

const subscription = ({
  name,
  subscription: { automaticSync = false, onDemand = true, url } = {},
}: InventoryLibrary): Partial<LibraryModel> => ({
  subscription_info: {
    authentication_method: 'NONE',
    automatic_sync_enabled: automaticSync,
    on_demand: onDemand,
    subscription_url: url ?? `https://publisher.example.test:443/cls/vcsp/lib/${encodeURIComponent(name)}/lib.json`,
  },
});

const laterFields = (
  { version }: SimulatedVCenter,
  { securityPolicyId, state = 'ACTIVE', stateMessage }: InventoryLibrary,
): Partial<LibraryModel> => ({
  ...(isSince(version, '8.0') && securityPolicyId !== undefined ? { security_policy_id: securityPolicyId } : {}),
  ...(isSince(version, '9.0')
    ? { state_info: { state, ...(stateMessage !== undefined && isSince(version, '9.1') ? { message: stateMessage } : {}) } }
    : {}),
  ...(isSince(version, '9.1') ? { configuration_info: { apply_library_usage_to_items: false } } : {}),
});

/** Returns true if the names match, ignoring case; `undefined` matches every name. */
export const matchesName = (name: string, expected: string | undefined): boolean =>
  expected === undefined || name.toLowerCase() === expected.toLowerCase();
