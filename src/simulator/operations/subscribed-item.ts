/** Operations of `content.library.SubscribedItem`. */

import * as t from 'io-ts';
import { evictFile, fetchFile } from '../state/cache-state.ts';
import type { StoredItem } from '../state/catalog.ts';
import { fetchingTime, plannedPreparation } from '../state/preparation.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { defineOperation } from './define-operation.ts';
import { itemOf } from './item.ts';
import { notAllowedNowError, wrongConfiguration, wrongKindError } from './vapi-error.ts';

/** Starts to synchronize an item with the publisher's; it takes as long as the slowest file. */
export const syncItem = defineOperation(
  {
    privilege: 'ContentLibrary.SyncLibraryItem',
    required: { library_item_id: t.string, force_sync_content: t.boolean },
    optional: { sync_optional_files: t.boolean },
    // Introduced in 7.0.3; the simulated 7.0 is older.
    since: { sync_optional_files: '8.0' },
  },
  (vcenter, { library_item_id, force_sync_content }) => {
    const { catalog, clock, scenario } = vcenter;
    const item = subscribedItemOf(vcenter, library_item_id);
    if (item.entry.deletedAtSource === true) return catalog.remove(item);
    const now = clock.now();
    item.lastSyncAt = now;
    if (!isOnDemand(item) || force_sync_content)
      for (const file of item.files) fetchFile(file, now + fetchingTime(plannedPreparation(scenario, file.name)));
  },
);

/** Evicts an item's files from the disk. */
export const evictItem = defineOperation(
  { privilege: 'ContentLibrary.EvictLibraryItem', required: { library_item_id: t.string } },
  (vcenter, { library_item_id }) => {
    const item = subscribedItemOf(vcenter, library_item_id);
    if (!isOnDemand(item))
      throw wrongConfiguration(`The library ${item.library.name} is not synchronized on demand.`, item.library.id);
    for (const file of item.files) evictFile(file);
  },
);

const subscribedItemOf = (vcenter: SimulatedVCenter, id: string): StoredItem => {
  const item = itemOf(vcenter, id);
  if (item.library.type !== 'SUBSCRIBED') throw wrongKindError('library item', id, 'an item of a subscribed library');
  if (item.entry.contentLost === true)
    throw notAllowedNowError(`The content of the library item ${item.name} has been deleted from its storage.`, id);
  return item;
};

const isOnDemand = ({ library }: StoredItem): boolean => library.entry.subscription?.onDemand ?? true;
