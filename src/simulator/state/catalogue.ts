/** The inventory as the server stores it: everything has an id, and every file its bytes. */

import type { Inventory, InventoryFile, InventoryItem, InventoryLibrary } from '../options/inventory.ts';
import { generatedContent, givenContent, type Content } from './content.ts';
import type { Identities } from './identities.ts';

/** A file that is stored. */
export interface StoredFile {
  readonly name: string;
  readonly content: Content;
}

/** An item that is stored. */
export interface StoredItem {
  readonly id: string;
  readonly libraryId: string;
  readonly name: string;
  readonly description: string;
  readonly type: string | undefined;
  readonly contentVersion: string;
  /** The item it is a copy of; subscribed libraries only. */
  readonly sourceId: string | undefined;
  readonly files: readonly StoredFile[];
}

/** A library that is stored. */
export interface StoredLibrary {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: 'LOCAL' | 'SUBSCRIBED';
  readonly items: readonly StoredItem[];
}

/** What is stored, by id. */
export interface Catalogue {
  readonly libraries: ReadonlyMap<string, StoredLibrary>;
  readonly items: ReadonlyMap<string, StoredItem>;
}

/** Stores an inventory. */
export const catalogue = (inventory: Inventory, ids: Identities, seed: number): Catalogue => {
  const libraries = inventory.libraries.map((library) => storedLibrary(library, ids, seed));
  return {
    libraries: new Map(libraries.map((library) => [library.id, library])),
    items: new Map(libraries.flatMap((library) => library.items.map((item) => [item.id, item] as const))),
  };
};

const storedLibrary = (library: InventoryLibrary, ids: Identities, seed: number): StoredLibrary => {
  const { name, id = ids.uuid(), type = 'LOCAL', description = '' } = library;
  return { id, name, description, type, items: library.items.map((item) => storedItem(item, { id, name, type }, ids, seed)) };
};

const storedItem = (
  item: InventoryItem,
  library: Pick<StoredLibrary, 'id' | 'name' | 'type'>,
  ids: Identities,
  seed: number,
): StoredItem => ({
  id: item.id ?? ids.uuid(),
  libraryId: library.id,
  name: item.name,
  description: item.description ?? '',
  type: item.type,
  contentVersion: item.contentVersion ?? '1',
  sourceId: library.type === 'SUBSCRIBED' ? ids.uuid() : undefined,
  files: item.files.map((file) => storedFile(file, `${library.name}/${item.name}/${file.name}`, seed)),
});

const storedFile = (file: InventoryFile, place: string, seed: number): StoredFile => ({
  name: file.name,
  content: 'content' in file ? givenContent(file.content) : generatedContent(file.size, place, seed),
});
