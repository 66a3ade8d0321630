/** Operations of `content.library.item.Changes`. */

import * as t from 'io-ts';
import type { ItemChangesInfo, ItemChangesSummary } from '../../model/index.ts';
import type { InventoryChange } from '../options/inventory.ts';
import type { StoredItem } from '../state/catalog.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { defineOperation } from './define-operation.ts';
import { itemOf } from './item.ts';
import { objectNotFoundError } from './vapi-error.ts';

const privilege = 'System.Read';

/** Returns summaries of the changes of an item. */
export const listItemChanges = defineOperation(
  { privilege, required: { library_item: t.string } },
  (vcenter, { library_item }): readonly ItemChangesSummary[] =>
    changesOf(itemOf(vcenter, library_item)).map((change) => ({
      version: change.version,
      time: timeOf(vcenter, change),
      ...(change.user === undefined ? {} : { user: change.user }),
      ...(change.message === undefined ? {} : { short_message: shortMessage(change.message) }),
    })),
);

/** Returns one change of an item. */
export const getItemChanges = defineOperation(
  { privilege, required: { library_item: t.string, version: t.string } },
  (vcenter, { library_item, version }): ItemChangesInfo => {
    const change = changesOf(itemOf(vcenter, library_item)).find((candidate) => candidate.version === version);
    if (change === undefined) throw objectNotFoundError('version', version);
    return {
      time: timeOf(vcenter, change),
      ...(change.user === undefined ? {} : { user: change.user }),
      ...(change.message === undefined ? {} : { message: change.message }),
    };
  },
);

const changesOf = ({ entry, laterChanges }: StoredItem): readonly InventoryChange[] => [
  ...(entry.changes ?? [
    { version: entry.version ?? '1', ...(entry.creationTime === undefined ? {} : { time: entry.creationTime }) },
  ]),
  ...laterChanges,
];

const timeOf = ({ startedAt }: SimulatedVCenter, { time }: InventoryChange): string => time ?? new Date(startedAt).toISOString();

/** Returns the first 80 characters, or those up to the first line feed after any leading ones. */
const shortMessage = (message: string): string => {
  const [leading = ''] = /^\n*/.exec(message) ?? [];
  const end = message.indexOf('\n', leading.length);
  return message.slice(0, Math.min(80, end === -1 ? message.length : end));
};
