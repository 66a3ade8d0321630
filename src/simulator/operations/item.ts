/** Operations of `content.library.Item`. */

import * as t from 'io-ts';
import type { ItemModel } from '../../model/index.ts';
import { isCached, isFullyCached } from '../state/cache-state.ts';
import type { StoredItem } from '../state/catalog.ts';
import { isSince } from '../state/releases.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { defineOperation } from './define-operation.ts';
import { libraryOf, matchesName } from './library.ts';
import { invalidArgumentError, objectNotFoundError } from './vapi-error.ts';

const privilege = 'System.Read';

/** Returns the ids of a library's items. */
export const listItems = defineOperation({ privilege, required: { library_id: t.string } }, (vcenter, { library_id }) =>
  vcenter.catalog.itemsOf(libraryOf(vcenter, library_id)).map((item) => item.id),
);

/** Returns the ids of the items that match all fields. */
export const findItems = defineOperation(
  { privilege, optional: { name: t.string, library_id: t.string, source_id: t.string, type: t.string, cached: t.boolean } },
  (vcenter, { name, library_id, source_id, type, cached }) => {
    const { catalog, clock } = vcenter;
    if ([name, library_id, source_id, type, cached].every((field) => field === undefined))
      throw invalidArgumentError('The find specification is empty.', 'spec');
    return [...catalog.items.values()]
      .filter((item) => matchesName(item.name, name) && matchesName(item.type ?? '', type))
      .filter((item) => library_id === undefined || item.library.id === library_id)
      .filter((item) => source_id === undefined || sourceIdOf(vcenter, item) === source_id)
      .filter((item) => cached === undefined || isFullyCached(item, clock.now()) === cached)
      .map((item) => item.id);
  },
);

/** Returns one item. */
export const getItem = defineOperation(
  { privilege, required: { library_item_id: t.string } },
  (vcenter, { library_item_id }): ItemModel => {
    const item = itemOf(vcenter, library_item_id);
    const { entry } = item;
    const started = new Date(vcenter.startedAt).toISOString();
    const now = vcenter.clock.now();
    const sourceId = sourceIdOf(vcenter, item);
    return {
      ...(vcenter.assumptions.idInGet === false ? {} : { id: item.id }),
      library_id: item.library.id,
      name: item.name,
      description: entry.description ?? '',
      ...(item.type === undefined ? {} : { type: item.type }),
      content_version: item.contentVersion,
      metadata_version: entry.metadataVersion ?? '1',
      version: item.version,
      cached: isFullyCached(item, now),
      size: item.files.reduce((bytes, file) => bytes + (isCached(file, now) ? file.storedSize : 0), 0),
      creation_time: entry.creationTime ?? started,
      last_modified_time: item.lastModifiedTime,
      ...(item.lastSyncAt === undefined ? {} : { last_sync_time: new Date(item.lastSyncAt).toISOString() }),
      ...(sourceId === undefined ? {} : { source_id: sourceId }),
      ...(isSince(vcenter.version, '8.0') ? security(item) : {}),
    };
  },
);

/** Returns an item, or throws. */
export const itemOf = ({ catalog }: SimulatedVCenter, id: string): StoredItem => {
  const item = catalog.items.get(id);
  if (item === undefined) throw objectNotFoundError('library item', id);
  return item;
};

/** Items of local libraries have one since 9.1. */
const sourceIdOf = ({ version }: SimulatedVCenter, { sourceId, library }: StoredItem): string | undefined =>
  library.type === 'SUBSCRIBED' || isSince(version, '9.1') ? sourceId : undefined;

const security = ({
  entry: { securityCompliance = true, certificateVerification: verification },
}: StoredItem): Partial<ItemModel> => ({
  security_compliance: securityCompliance,
  ...(verification === undefined
    ? {}
    : {
        certificate_verification_info: {
          status: verification.status,
          ...(verification.certChain === undefined ? {} : { cert_chain: verification.certChain }),
        },
      }),
});
