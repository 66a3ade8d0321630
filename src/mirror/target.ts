/** The target contract: the interface between a mirror and a directory tree, a bucket, or storage of your own. */

import type { Sink } from '../transfer/sink.ts';
import type { ItemManifest } from './item-manifest.ts';

/** A library whose items are mirrored. */
export interface MirroredLibrary {
  readonly libraryId: string;
  readonly libraryName: string;
}

/** An item that a target holds. */
export interface MirroredItem {
  /** Name of the item's directory in the target: safe on every system, and unique in its library. */
  readonly place: string;
  readonly manifest: ItemManifest;
}

/** A version of an item that is about to be downloaded. */
export interface ItemVersion extends MirroredLibrary {
  readonly itemId: string;
  readonly itemName: string;
  /** Empty if the server does not state one. */
  readonly contentVersion: string;
  readonly place: string;
  /** The item that the target holds so far, which this version replaces. */
  readonly replaces?: MirroredItem;
}

/** One version of an item that is being written. The last call is `publish` if it fulfills, otherwise `suspend` or `discard`. */
export interface ItemWriter {
  /** Where the files of this version are saved, apart from those of the version that it replaces. */
  readonly sink: Sink;
  /**
   * Called when all files are saved. Writes the manifest, then replaces the earlier version. A reader of the target MUST NOT find files of
   * two versions under one place.
   */
  publish(manifest: ItemManifest): Promise<void>;
  /** Called if the download was interrupted. Keeps what a later run can resume. */
  suspend?(): Promise<void>;
  /** Called if this version is no longer that of the library. Removes what was written. */
  discard(): Promise<void>;
}

/** Where a mirror keeps the items of libraries. */
export interface MirrorTarget {
  /** Returns the complete items of the library. Also completes, or reverts, a `publish` that was interrupted. */
  list(library: MirroredLibrary): Promise<readonly MirroredItem[]>;
  /** Prepares to write a version of an item. Rejects if the place is not free, or holds anything but `replaces`. */
  open(version: ItemVersion): Promise<ItemWriter>;
  /** Renames the place of an item. Without it, a renamed item stays where it is. */
  move?(library: MirroredLibrary, item: MirroredItem, place: string): Promise<void>;
  /** Removes an item. */
  remove(library: MirroredLibrary, item: MirroredItem): Promise<void>;
}
