/** The events of a mirror. The command's `mirror --json` prints exactly these. */

import type { DownloadEvent } from '../download/events.ts';
import type { ContentLibraryError } from '../errors/index.ts';

/** What names an item in the events of a mirror. */
export interface MirrorItemFacts {
  readonly itemId: string;
  readonly itemName: string;
}

/** The library was compared with the target. */
export interface MirrorPlanned {
  readonly type: 'planned';
  readonly libraryId: string;
  readonly libraryName: string;
  /** Number of items of the library that the options select. */
  readonly items: number;
  /** How many of them the target has in the current content version. */
  readonly current: number;
  /** How many of them are downloaded. */
  readonly toDownload: number;
  /** Number of items of the target that are no longer in the library. */
  readonly gone: number;
  /** Number of items that could not be read. As long as there are any, nothing is removed from the target. */
  readonly unreadable: number;
}

/** The target has the current content version of an item: nothing is downloaded. */
export interface MirrorCurrent extends MirrorItemFacts {
  readonly type: 'current';
  readonly contentVersion: string;
}

/** An event of the download of an item. */
export interface MirrorDownload extends MirrorItemFacts {
  readonly type: 'download';
  readonly event: DownloadEvent;
}

/** An item is complete in the target. */
export interface MirrorMirrored extends MirrorItemFacts {
  readonly type: 'mirrored';
  readonly contentVersion: string;
  readonly files: number;
  /** Total length of its files, in bytes. */
  readonly bytes: number;
  /** Bytes that were downloaded for it; less than `bytes` if the target already had some of the files. */
  readonly transferred: number;
}

/** The content of an item has changed since it was planned. It is planned again, and the target keeps the earlier version until then. */
export interface MirrorSuperseded extends MirrorItemFacts {
  readonly type: 'superseded';
  /** The content version that was planned. */
  readonly contentVersion: string;
}

/** An item of the target is no longer in the library. */
export interface MirrorGone extends MirrorItemFacts {
  readonly type: 'gone';
  /** True if it was removed from the target: only with `delete`. */
  readonly removed: boolean;
}

/** An item could not be mirrored; the target keeps the earlier version. */
export interface MirrorFailed {
  readonly type: 'failed';
  readonly itemId: string;
  /** Not set if the item could not be read. */
  readonly itemName?: string;
  readonly error: ContentLibraryError;
}

/** All items of the library have been handled. */
export interface MirrorFinished {
  readonly type: 'finished';
  readonly current: number;
  readonly mirrored: number;
  readonly failed: number;
  readonly gone: number;
  readonly removed: number;
  /** Bytes that were downloaded. */
  readonly transferred: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** With `every`: the library could not be compared, and is compared again later. */
export interface MirrorRetrying {
  readonly type: 'retrying';
  /** Milliseconds until the next attempt. */
  readonly delay: number;
  readonly error: ContentLibraryError;
}

/** An event of a mirror, discriminated by `type`. */
export type MirrorEvent =
  | MirrorPlanned
  | MirrorCurrent
  | MirrorDownload
  | MirrorMirrored
  | MirrorSuperseded
  | MirrorGone
  | MirrorFailed
  | MirrorFinished
  | MirrorRetrying;
