/** The operations of `content.Library`, `content.LocalLibrary` and `content.SubscribedLibrary`. */

import * as t from 'io-ts';
import { StorageBacking } from '../../model/index.ts';
import type { StoredLibrary } from '../state/catalogue.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { taking } from './handler.ts';
import { libraryModel, storageBacking } from './library-model.ts';
import { invalidArgument, objectNotFound, wrongKind } from './refusal.ts';
import { sameName } from './same-name.ts';

const privilege = 'System.Read';

const LibraryType = t.union([t.literal('LOCAL'), t.literal('SUBSCRIBED')]);

const listOf = (type?: StoredLibrary['type']) =>
  taking({ privilege }, ({ catalogue }) =>
    [...catalogue.libraries.values()]
      .filter((library) => type === undefined || library.type === type)
      .map((library) => library.id),
  );

const oneOf = (type?: StoredLibrary['type']) =>
  taking({ privilege, required: { library_id: t.string } }, (vcenter, { library_id }, { origin }) => {
    const library = libraryOf(vcenter, library_id);
    if (type !== undefined && library.type !== type)
      throw wrongKind('library', library_id, type === 'LOCAL' ? 'a local library' : 'a subscribed library');
    return libraryModel(vcenter, library, origin);
  });

/** The ids of all libraries. */
export const listLibraries = listOf();

/** The ids of all local libraries. */
export const listLocalLibraries = listOf('LOCAL');

/** The ids of all subscribed libraries. */
export const listSubscribedLibraries = listOf('SUBSCRIBED');

/** One library. */
export const getLibrary = oneOf();

/** One local library. */
export const getLocalLibrary = oneOf('LOCAL');

/** One subscribed library. */
export const getSubscribedLibrary = oneOf('SUBSCRIBED');

/** The ids of the libraries that everything asked for is true of. */
export const findLibraries = taking(
  {
    privilege,
    optional: { name: t.string, type: LibraryType, storage_backing: StorageBacking },
    since: { storage_backing: '9.0' },
  },
  ({ catalogue }, { name, type, storage_backing: backing }) => {
    if (name === undefined && type === undefined && backing === undefined)
      throw invalidArgument('The find specification is empty.', 'spec');
    return [...catalogue.libraries.values()]
      .filter((library) => sameName(library.name, name) && (type === undefined || library.type === type))
      .filter((library) => backing === undefined || isSame(storageBacking(library), backing))
      .map((library) => library.id);
  },
);

/** Finds a library, or refuses. */
export const libraryOf = ({ catalogue }: SimulatedVCenter, id: string): StoredLibrary => {
  const library = catalogue.libraries.get(id);
  if (library === undefined) throw objectNotFound('library', id);
  return library;
};

const isSame = (one: StorageBacking, other: StorageBacking): boolean =>
  one.type === other.type && one.datastore_id === other.datastore_id && one.storage_uri === other.storage_uri;
