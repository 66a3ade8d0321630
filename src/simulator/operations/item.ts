/** The operations of `content.library.Item`. */

import * as t from 'io-ts';
import { ItemFindSpec, type ItemModel } from '../../model.ts';
import type { StoredItem } from '../state/catalogue.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { taking } from './handler.ts';
import { invalidArgument, objectNotFound } from './refusal.ts';
import { sameName } from './same-name.ts';

/** The ids of a library's items. */
export const listItems = taking(t.type({ library_id: t.string }), ({ catalogue }, { library_id }) => {
  const library = catalogue.libraries.get(library_id);
  if (library === undefined) throw objectNotFound('library', library_id);
  return library.items.map((item) => item.id);
});

/** The ids of the items that everything asked for is true of. */
export const findItems = taking(ItemFindSpec, ({ catalogue }, { name, library_id, source_id, type, cached }) => {
  if ([name, library_id, source_id, type, cached].every((field) => field === undefined))
    throw invalidArgument('The find specification is empty.', 'spec');
  return [...catalogue.items.values()]
    .filter((item) => sameName(item.name, name) && sameName(item.type ?? '', type))
    .filter((item) => library_id === undefined || item.libraryId === library_id)
    .filter((item) => source_id === undefined || item.sourceId === source_id)
    .filter(() => cached ?? true)
    .map((item) => item.id);
});

/** One item. */
export const getItem = taking(t.type({ library_item_id: t.string }), (vcenter, { library_item_id }): ItemModel => {
  const item = itemOf(vcenter, library_item_id);
  const started = new Date(vcenter.startedAt).toISOString();
  return {
    id: item.id,
    library_id: item.libraryId,
    name: item.name,
    description: item.description,
    ...(item.type === undefined ? {} : { type: item.type }),
    content_version: item.contentVersion,
    metadata_version: '1',
    version: '1',
    cached: true,
    size: item.files.reduce((bytes, file) => bytes + file.content.size, 0),
    creation_time: started,
    last_modified_time: started,
    ...(item.sourceId === undefined ? {} : { source_id: item.sourceId, last_sync_time: started }),
  };
});

/** Finds an item, or refuses. */
export const itemOf = ({ catalogue }: SimulatedVCenter, id: string): StoredItem => {
  const item = catalogue.items.get(id);
  if (item === undefined) throw objectNotFound('library item', id);
  return item;
};
