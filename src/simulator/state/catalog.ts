/** The inventory as the server stores it, with ids and content. */

import type { Inventory, InventoryChange, InventoryFile, InventoryItem, InventoryLibrary } from '../options/inventory.ts';
import { externalContent, generatedContent, inlineContent, type Content } from './content.ts';
import type { Ids } from './seeded-random.ts';

/** A stored file. */
export interface StoredFile {
  readonly name: string;
  /** Type of the item. */
  readonly itemType: string | undefined;
  readonly library: StoredLibrary;
  content: Content;
  /** Increases with each upload. */
  version: string;
  /** Bytes of storage when it is on disk. */
  storedSize: number;
  /** Suffix of its name on the storage. */
  readonly storageId: string;
  /** When it is or will be on disk, in milliseconds since 1970. If not set, it is neither on disk nor being fetched. */
  cachedAt: number | undefined;
}

/** A stored item. */
export interface StoredItem {
  readonly id: string;
  readonly library: StoredLibrary;
  readonly name: string;
  readonly type: string | undefined;
  contentVersion: string;
  version: string;
  /** ISO 8601. */
  lastModifiedTime: string;
  /** Changes of the content since the start. */
  readonly laterChanges: InventoryChange[];
  /** Id of the publisher's item. In local libraries it is returned since 9.1. */
  readonly sourceId: string;
  /** The inventory entry, with all other properties. */
  readonly entry: InventoryItem;
  readonly files: readonly StoredFile[];
  /** Milliseconds since 1970; subscribed libraries only. */
  lastSyncAt: number | undefined;
}

/** A stored library. */
export interface StoredLibrary {
  readonly id: string;
  readonly name: string;
  readonly type: 'LOCAL' | 'SUBSCRIBED';
  /** The inventory entry, with all other properties. */
  readonly entry: InventoryLibrary;
}

/** All stored libraries and items. */
export interface Catalog {
  readonly libraries: ReadonlyMap<string, StoredLibrary>;
  readonly items: ReadonlyMap<string, StoredItem>;
  readonly itemsOf: (library: StoredLibrary) => readonly StoredItem[];
  readonly remove: (item: StoredItem) => void;
}

/** Creates the catalog of an inventory; `startedAt` is in milliseconds since 1970. */
export const createCatalog = (inventory: Inventory, ids: Ids, seed: number, startedAt: number): Catalog => {
  const stored = inventory.libraries.map((entry) => {
    const { name, id = ids.uuid(), type = 'LOCAL', items } = entry;
    const library: StoredLibrary = { id, name, type, entry };
    return { library, items: items.map((item) => storedItem(item, library, ids, seed, startedAt)) };
  });
  const items = new Map(stored.flatMap(({ items: storedItems }) => storedItems.map((item) => [item.id, item] as const)));
  return {
    libraries: new Map(stored.map(({ library }) => [library.id, library])),
    items,
    itemsOf: (library) => [...items.values()].filter((item) => item.library === library),
    remove: (item) => void items.delete(item.id),
  };
};

const storedItem = (entry: InventoryItem, library: StoredLibrary, ids: Ids, seed: number, startedAt: number): StoredItem => {
  const { name, id = ids.uuid(), type, contentVersion = '1' } = entry;
  const isSubscribed = library.type === 'SUBSCRIBED';
  return {
    id,
    library,
    name,
    type,
    contentVersion,
    version: entry.version ?? '1',
    lastModifiedTime: entry.lastModifiedTime ?? new Date(startedAt).toISOString(),
    laterChanges: [],
    sourceId: entry.sourceId ?? (isSubscribed ? ids.uuid() : id),
    entry,
    files: entry.files.map((file) => storedFile(file, entry, library, ids, seed)),
    lastSyncAt: isSubscribed ? startedAt : undefined,
  };
};

const storedFile = (file: InventoryFile, item: InventoryItem, library: StoredLibrary, ids: Ids, seed: number): StoredFile => {
  const path = `${library.name}/${item.name}/${file.name}`;
  const content = contentOf(file, path, seed);
  const { name, version = '1', storedSize = content.size, cached = item.cached ?? true } = file;
  return {
    name,
    itemType: item.type,
    library,
    content,
    version,
    storedSize,
    storageId: ids.uuid(),
    cachedAt: cached ? Number.NEGATIVE_INFINITY : undefined,
  };
};

const contentOf = (file: InventoryFile, path: string, seed: number): Content => {
  if ('content' in file) return inlineContent(file.content);
  return 'open' in file ? externalContent(file.size, file.open) : generatedContent(file.size, path, seed);
};
