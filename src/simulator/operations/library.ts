/** The operations of `content.Library`. */

import * as t from 'io-ts';
import { LibraryFindSpec, type LibraryModel } from '../../model.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { taking } from './handler.ts';
import { invalidArgument, objectNotFound } from './refusal.ts';
import { sameName } from './same-name.ts';

/** The ids of all libraries. */
export const listLibraries = taking(t.type({}), ({ catalogue }) => [...catalogue.libraries.keys()]);

/** The ids of the libraries that everything asked for is true of. */
export const findLibraries = taking(LibraryFindSpec, ({ catalogue }, { name, type }) => {
  if (name === undefined && type === undefined) throw invalidArgument('The find specification is empty.', 'spec');
  return [...catalogue.libraries.values()]
    .filter((library) => sameName(library.name, name) && (type === undefined || library.type === type))
    .map((library) => library.id);
});

/** One library. */
export const getLibrary = taking(t.type({ library_id: t.string }), (vcenter, { library_id }): LibraryModel => {
  const library = vcenter.catalogue.libraries.get(library_id);
  if (library === undefined) throw objectNotFound('library', library_id);
  return {
    id: library.id,
    name: library.name,
    description: library.description,
    type: library.type,
    ...dates(vcenter),
    ...(library.type === 'SUBSCRIBED' ? { last_sync_time: dates(vcenter).last_modified_time } : {}),
    version: '1',
    server_guid: vcenter.serverGuid,
    storage_backings: [{ type: 'DATASTORE', datastore_id: 'datastore-33' }],
  };
});

const dates = ({ startedAt }: SimulatedVCenter) => {
  const started = new Date(startedAt).toISOString();
  return { creation_time: started, last_modified_time: started };
};
