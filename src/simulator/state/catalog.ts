/** The inventory as the server stores it: everything has an id, and every file its bytes. */

import type { Inventory, InventoryFile, InventoryItem, InventoryLibrary } from '../options/inventory.ts';
import { type Content, externalContent, generatedContent, inlineContent } from './content.ts';
import type { Ids } from './seeded-random.ts';

/** A file that is stored. */
export interface StoredFile {
  readonly name: string;
  /** The type of its item. */
  readonly itemType: string | undefined;
  readonly library: StoredLibrary;
  readonly content: Content;
  /** Grows with each upload. */
  readonly version: string;
  /** Bytes of storage it takes when it is on disk. */
  readonly storedSize: number;
  /** What the storage adds to its name. */
  readonly storageId: string;
  /** From when on it is on disk, in milliseconds since 1970, which may be yet to come; not set: nobody has asked for it. */
  cachedAt: number | undefined;
}

/** An item that is stored. */
export interface StoredItem {
  readonly id: string;
  readonly library: StoredLibrary;
  readonly name: string;
  readonly type: string | undefined;
  readonly contentVersion: string;
  /** The item it is a copy of; subscribed libraries only. */
  readonly sourceId: string | undefined;
  /** What else is known of it. */
  readonly facts: InventoryItem;
  readonly files: readonly StoredFile[];
  /** Milliseconds since 1970; subscribed libraries only. */
  lastSyncAt: number | undefined;
}

/** A library that is stored. */
export interface StoredLibrary {
  readonly id: string;
  readonly name: string;
  readonly type: 'LOCAL' | 'SUBSCRIBED';
  /** What else is known of it. */
  readonly facts: InventoryLibrary;
}

/** What is stored. */
export interface Catalog {
  readonly libraries: ReadonlyMap<string, StoredLibrary>;
  readonly items: ReadonlyMap<string, StoredItem>;
  readonly itemsOf: (library: StoredLibrary) => readonly StoredItem[];
  readonly remove: (item: StoredItem) => void;
}

/** Stores an inventory; `startedAt` is in milliseconds since 1970. */
export const createCatalog = (inventory: Inventory, ids: Ids, seed: number, startedAt: number): Catalog => {
  const stored = inventory.libraries.map((facts) => {
    const { name, id = ids.uuid(), type = 'LOCAL', items } = facts;
    const library: StoredLibrary = { id, name, type, facts };
    return { library, items: items.map((item) => storedItem(item, library, ids, seed, startedAt)) };
  });
  const items = new Map(stored.flatMap((one) => one.items.map((item) => [item.id, item] as const)));
  return {
    libraries: new Map(stored.map(({ library }) => [library.id, library])),
    items,
    itemsOf: (library) => [...items.values()].filter((item) => item.library === library),
    remove: (item) => void items.delete(item.id),
  };
};

const storedItem = (facts: InventoryItem, library: StoredLibrary, ids: Ids, seed: number, startedAt: number): StoredItem => {
  const { name, id = ids.uuid(), type, contentVersion = '1' } = facts;
  const isSubscribed = library.type === 'SUBSCRIBED';
  return {
    id,
    library,
    name,
    type,
    contentVersion,
    sourceId: isSubscribed ? (facts.sourceId ?? ids.uuid()) : undefined,
    facts,
    files: facts.files.map((file) => storedFile(file, facts, library, ids, seed)),
    lastSyncAt: isSubscribed ? startedAt : undefined,
  };
};

const storedFile = (file: InventoryFile, item: InventoryItem, library: StoredLibrary, ids: Ids, seed: number): StoredFile => {
  const place = `${library.name}/${item.name}/${file.name}`;
  const content = contentOf(file, place, seed);
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

const contentOf = (file: InventoryFile, place: string, seed: number): Content => {
  if ('content' in file) return inlineContent(file.content);
  return 'open' in file ? externalContent(file.size, file.open) : generatedContent(file.size, place, seed);
};
