/** The changes of an item: user, time and message of each version. */

import * as t from 'io-ts';
import { struct, type Codec } from './codec.ts';

/** A version of an item, as an entry of the list. Source: `content.library.item.Changes.Summary`. */
export interface ItemChangesSummary {
  readonly version: string;
  /** ISO 8601. */
  readonly time: string;
  /** Not set if unknown. */
  readonly user?: string;
  /** The first 80 characters of the message, or its first line. */
  readonly short_message?: string;
}

/** Decodes {@link ItemChangesSummary}. */
export const ItemChangesSummary: Codec<ItemChangesSummary> = struct(
  'ItemChangesSummary',
  { version: t.string, time: t.string },
  { user: t.string, short_message: t.string },
);

/** A version of an item. Source: `content.library.item.Changes.Info`. */
export interface ItemChangesInfo {
  /** ISO 8601. */
  readonly time: string;
  /** Not set if unknown. */
  readonly user?: string;
  readonly message?: string;
}

/** Decodes {@link ItemChangesInfo}. */
export const ItemChangesInfo: Codec<ItemChangesInfo> = struct(
  'ItemChangesInfo',
  { time: t.string },
  { user: t.string, message: t.string },
);
