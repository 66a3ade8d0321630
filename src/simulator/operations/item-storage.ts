/** Operations of `content.library.item.Storage`. */

import * as t from 'io-ts';
import type { ItemStorageInfo } from '../../model/index.ts';
import type { StoredFile, StoredItem } from '../state/catalog.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { defineOperation } from './define-operation.ts';
import { itemFileInfos, storageUri, storedFileOf } from './item-file.ts';
import { itemOf } from './item.ts';
import { storageBacking } from './library.ts';

const privilege = 'ContentLibrary.ReadStorage';

/** Returns all files of an item with their storage. */
export const listItemStorage = defineOperation(
  { privilege, required: { library_item_id: t.string } },
  async (vcenter, { library_item_id }, { origin }) => {
    const item = itemOf(vcenter, library_item_id);
    return storageInfos(vcenter, item, item.files, origin);
  },
);

/** Returns one file of an item: a list, because a file may be stored several times; the simulator stores it once. */
export const getItemStorage = defineOperation(
  { privilege, required: { library_item_id: t.string, file_name: t.string } },
  async (vcenter, { library_item_id, file_name }, { origin }) => {
    const item = itemOf(vcenter, library_item_id);
    return storageInfos(vcenter, item, [storedFileOf(item, file_name)], origin);
  },
);

const storageInfos = async (
  vcenter: SimulatedVCenter,
  item: StoredItem,
  files: readonly StoredFile[],
  origin: string,
): Promise<readonly ItemStorageInfo[]> => {
  // The error UNSUPPORTED is declared for item files, but not for their storage.
  const infos = await itemFileInfos(vcenter, item, files, origin, () => undefined);
  return infos.map((info, at) => {
    const file = files[at];
    return {
      ...info,
      storage_backing: storageBacking(item.library),
      storage_uris: info.cached && file !== undefined ? [storageUri(vcenter, item, file)] : [],
    };
  });
};
