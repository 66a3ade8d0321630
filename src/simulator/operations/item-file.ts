/** The operations of `content.library.item.File`. */

import * as t from 'io-ts';
import { taking } from './handler.ts';
import { itemOf } from './item.ts';
import { itemFileInfos, storedFileOf } from './stored-file.ts';

const privilege = 'System.Read';

/** All files of an item. */
export const listItemFiles = taking(
  { privilege, required: { library_item_id: t.string } },
  async (vcenter, { library_item_id }, { origin }) => {
    const item = itemOf(vcenter, library_item_id);
    return itemFileInfos(vcenter, item, item.files, origin);
  },
);

/** One file of an item. */
export const getItemFile = taking(
  { privilege, required: { library_item_id: t.string, name: t.string } },
  async (vcenter, { library_item_id, name }, { origin }) => {
    const item = itemOf(vcenter, library_item_id);
    const [file] = await itemFileInfos(vcenter, item, [storedFileOf(item, name)], origin);
    return file;
  },
);
