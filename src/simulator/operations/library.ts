/** The operations of `content.Library`, `content.LocalLibrary` and `content.SubscribedLibrary`. */

import * as t from 'io-ts';
import { type LibraryModel, StorageBacking } from '../../model/index.ts';
import type { InventoryLibrary } from '../options/inventory.ts';
import { isSince } from '../options/scenario.ts';
import type { StoredLibrary } from '../state/catalog.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { defineOperation } from './define-operation.ts';
import { invalidArgument, objectNotFound, wrongKind } from './vapi-error.ts';

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
      throw wrongKind('library', library_id, type === 'LOCAL' ? 'a local library' : 'a subscribed library');
    return libraryModel(vcenter, library, origin);
  });

/** The ids of all libraries. */
export const listLibraries = listOperation();

/** The ids of all local libraries. */
export const listLocalLibraries = listOperation('LOCAL');

/** The ids of all subscribed libraries. */
export const listSubscribedLibraries = listOperation('SUBSCRIBED');

/** One library. */
export const getLibrary = getOperation();

/** One local library. */
export const getLocalLibrary = getOperation('LOCAL');

/** One subscribed library. */
export const getSubscribedLibrary = getOperation('SUBSCRIBED');

/** The ids of the libraries that everything asked for is true of. */
export const findLibraries = defineOperation(
  {
    privilege,
    optional: { name: t.string, type: LibraryType, storage_backing: StorageBacking },
    since: { storage_backing: '9.0' },
  },
  ({ catalog }, { name, type, storage_backing: backing }) => {
    if (name === undefined && type === undefined && backing === undefined)
      throw invalidArgument('The find specification is empty.', 'spec');
    return [...catalog.libraries.values()]
      .filter((library) => sameName(library.name, name) && (type === undefined || library.type === type))
      .filter((library) => backing === undefined || isSameBacking(storageBacking(library), backing))
      .map((library) => library.id);
  },
);

/** Finds a library, or refuses. */
export const libraryOf = ({ catalog }: SimulatedVCenter, id: string): StoredLibrary => {
  const library = catalog.libraries.get(id);
  if (library === undefined) throw objectNotFound('library', id);
  return library;
};

const isSameBacking = (one: StorageBacking, other: StorageBacking): boolean =>
  one.type === other.type && one.datastore_id === other.datastore_id && one.storage_uri === other.storage_uri;

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
    ...(type === 'LOCAL' ? publication(vcenter, library, origin) : { last_sync_time: started, ...subscription(facts) }),
    ...laterFields(vcenter, facts),
  };
};

/** Where a library keeps its files. */
export const storageBacking = ({ facts: { storage = { datastoreId: 'datastore-33' } } }: StoredLibrary): StorageBacking =>
  'uri' in storage ? { type: 'OTHER', storage_uri: storage.uri } : { type: 'DATASTORE', datastore_id: storage.datastoreId };

const publication = ({ version }: SimulatedVCenter, { id, facts }: StoredLibrary, origin: string): Partial<LibraryModel> => ({
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

const laterFields = (
  { version }: SimulatedVCenter,
  { securityPolicyId, state = 'ACTIVE' }: InventoryLibrary,
): Partial<LibraryModel> => ({
  ...(isSince(version, '8.0') && securityPolicyId !== undefined ? { security_policy_id: securityPolicyId } : {}),
  ...(isSince(version, '9.0') ? { state_info: { state } } : {}),
});

/** Whether a name is the one looked for, whatever the letter case; every name is if none is looked for. */
export const sameName = (name: string, wanted: string | undefined): boolean =>
  wanted === undefined || name.toLowerCase() === wanted.toLowerCase();
