/** Reads an inventory from a file. */

import type {
  Inventory,
  InventoryChange,
  InventoryFile,
  InventoryItem,
  InventoryLibrary,
  InventorySubscription,
} from '../simulator/index.ts';
import { jsonIn } from './json-file.ts';
import { anything, boolean, isObject, list, number, object, oneOf, text, type Validator, type Fields } from './validate.ts';

const file: Omit<Fields<InventoryFile>, 'open'> = {
  name: text,
  content: text,
  size: number,
  version: text,
  storedSize: number,
  cached: boolean,
};
const wholeFile: Validator = (value, path) =>
  object(file, 'name')(value, path) ??
  (isObject(value) && ('content' in value || 'size' in value) ? undefined : `${path} has neither content nor size`);

const change: Fields<InventoryChange> = { version: text, time: text, user: text, message: text };
const item: Fields<InventoryItem> = {
  name: text,
  id: text,
  type: text,
  description: text,
  contentVersion: text,
  metadataVersion: text,
  version: text,
  cached: boolean,
  creationTime: text,
  lastModifiedTime: text,
  sourceId: text,
  deletedAtSource: boolean,
  contentLost: boolean,
  securityCompliance: boolean,
  certificateVerification: anything,
  changes: list(object(change, 'version')),
  files: list(wholeFile),
};
const subscription: Fields<InventorySubscription> = { url: text, onDemand: boolean, automaticSync: boolean };
const library: Fields<InventoryLibrary> = {
  name: text,
  id: text,
  type: oneOf('LOCAL', 'SUBSCRIBED'),
  description: text,
  version: text,
  creationTime: text,
  lastModifiedTime: text,
  storage: anything,
  published: boolean,
  subscription: object(subscription),
  securityPolicyId: text,
  state: oneOf('ACTIVE', 'MAINTENANCE'),
  items: list(object(item, 'name', 'files')),
};
const inventory: Fields<Inventory> = { libraries: list(object(library, 'name', 'items')) };

/** The inventory in a file of JSON. Editors may want a `$schema` in it. */
export const inventoryIn = async (path: string): Promise<Inventory> =>
  (await jsonIn(path, object({ ...inventory, $schema: text }, 'libraries'))) as Inventory;
