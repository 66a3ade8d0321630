/** Compares a library with a target. */

import { comparableName, createFileNameValidator } from '../sinks/file-name-validator.ts';
import type { LibraryContents, LibraryItem } from './library-contents.ts';
import type { ItemVersion, MirroredItem } from './target.ts';

/** An item of the target under another name than in the library. */
export interface ItemMove {
  readonly item: MirroredItem;
  readonly place: string;
}

/** What a mirror has to do. */
export interface MirrorPlan {
  /** Items that the target has in their current content version. */
  readonly current: readonly LibraryItem[];
  readonly downloads: readonly ItemVersion[];
  readonly moves: readonly ItemMove[];
  /** Items of the target that are no longer in the library. */
  readonly gone: readonly MirroredItem[];
}

/** What a {@link MirrorPlan} is made from. */
export interface PlanInput {
  readonly contents: LibraryContents;
  /** What the target holds of the library. */
  readonly mirrored: readonly MirroredItem[];
  /** Returns true for the items to mirror. */
  readonly isSelected: (item: LibraryItem) => boolean;
  /** True if the items that are gone are removed before the downloads, so that their places are free. */
  readonly isDeleting: boolean;
}

/**
 * Compares the content versions. Items that are not selected are neither downloaded nor gone. If items could not be read, nothing is gone
 * that may be one of them.
 */
export const planMirror = ({ contents, mirrored, isSelected, isDeleting }: PlanInput): MirrorPlan => {
  const { libraryId, libraryName, items, unreadable } = contents;
  const held = new Map(mirrored.map((item) => [item.manifest.itemId, item]));
  const listed = new Set([...items.map(({ id }) => id), ...unreadable.map(({ itemId }) => itemId)]);
  const gone = mirrored.filter(({ manifest }) => !listed.has(manifest.itemId));
  const selected = items.filter(isSelected);
  const kept = isDeleting ? mirrored.filter((item) => !gone.includes(item)) : mirrored;
  const places = placesOf(items, kept);

  const plan = { current: [] as LibraryItem[], downloads: [] as ItemVersion[], moves: [] as ItemMove[], gone };
  for (const item of selected) {
    const replaces = held.get(item.id);
    const place = places.get(item.id) ?? item.id;
    const contentVersion = item.content_version ?? '';
    if (replaces !== undefined && contentVersion !== '' && replaces.manifest.contentVersion === contentVersion) {
      plan.current.push(item);
      if (replaces.place !== place) plan.moves.push({ item: replaces, place });
    } else {
      plan.downloads.push({
        libraryId,
        libraryName,
        itemId: item.id,
        itemName: item.name,
        contentVersion,
        place,
        ...(replaces === undefined ? {} : { replaces }),
      });
    }
  }
  return plan;
};

/**
 * Returns the place of each item, by id: the item's name if it is safe on every system, and no other item has it; otherwise the name
 * followed by the id. An item stays where it is if the place for its name is still that of another item.
 */
const placesOf = (items: readonly LibraryItem[], kept: readonly MirroredItem[]): ReadonlyMap<string, string> => {
  const byName = Map.groupBy(items, ({ name }) => comparableName(name));
  const heldBy = new Map(kept.map(({ place, manifest }) => [comparableName(place), manifest.itemId]));
  const placeHeld = new Map(kept.map(({ place, manifest }) => [manifest.itemId, place]));
  return new Map(
    items.map(({ id, name }) => {
      const isUnique = byName.get(comparableName(name))?.length === 1;
      const preferred = isUnique && isSafePlace(name) ? name : placeWithId(name, id);
      const owner = heldBy.get(comparableName(preferred));
      const isFree = owner === undefined || owner === id;
      return [id, isFree ? preferred : (placeHeld.get(id) ?? placeWithId(name, id))];
    }),
  );
};

/** A dot at the beginning is for the target's own files. A tilde precedes an id, and the name could end with the id of another item. */
const isSafePlace = (name: string): boolean => {
  if (name.startsWith('.') || name.includes('~')) return false;
  try {
    createFileNameValidator()(name);
    return true;
  } catch {
    return false;
  }
};

/** Letters, digits and a few signs are safe everywhere; the id makes the place unique. */
const placeWithId = (name: string, id: string): string =>
  `${name.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 40)}~${safeId(id)}`;

const safeId = (id: string): string => id.replaceAll(/[^A-Za-z0-9-]+/g, '-').slice(0, 80);
