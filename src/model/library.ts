/** Libraries: what holds the items. */

import * as t from 'io-ts';
import { enumeration, list, struct, type Codec, type Unlisted } from './codec.ts';

/** `LOCAL`: managed on this vCenter; `SUBSCRIBED`: follows another library. */
export type LibraryType = 'LOCAL' | 'SUBSCRIBED';

/** Decodes {@link LibraryType}. */
export const LibraryType: Codec<LibraryType | Unlisted> = enumeration<LibraryType>('LibraryType');

/** Where a library keeps its files. Source: `content.library.StorageBacking`. */
export interface StorageBacking {
  readonly type: 'DATASTORE' | 'OTHER' | Unlisted;
  readonly datastore_id?: string;
  readonly storage_uri?: string;
}

/** A library. Source: `content.LibraryModel`. */
export interface LibraryModel {
  /** The documentation says that `get` leaves it out; every recording has it. */
  readonly id?: string;
  /** Not unique. */
  readonly name: string;
  readonly description?: string;
  readonly type: LibraryType | Unlisted;
  /** ISO 8601. */
  readonly creation_time?: string;
  /** ISO 8601. */
  readonly last_modified_time?: string;
  /** ISO 8601; subscribed libraries only. */
  readonly last_sync_time?: string;
  /** Version of the metadata, a decimal number as text. */
  readonly version?: string;
  readonly server_guid?: string;
  readonly storage_backings?: readonly StorageBacking[];
}

const StorageBacking: Codec<StorageBacking> = struct(
  'StorageBacking',
  { type: enumeration<'DATASTORE' | 'OTHER'>('StorageBackingType') },
  { datastore_id: t.string, storage_uri: t.string },
);

/** Decodes {@link LibraryModel}. */
export const LibraryModel: Codec<LibraryModel> = struct(
  'LibraryModel',
  { name: t.string, type: LibraryType },
  {
    id: t.string,
    description: t.string,
    creation_time: t.string,
    last_modified_time: t.string,
    last_sync_time: t.string,
    version: t.string,
    server_guid: t.string,
    storage_backings: list(StorageBacking),
  },
);

/** What to look for; several fields mean all of them. Source: `content.Library.FindSpec`. */
export interface LibraryFindSpec {
  /** Letter case does not matter. */
  readonly name?: string;
  readonly type?: LibraryType;
}

/** Decodes {@link LibraryFindSpec}. */
export const LibraryFindSpec: Codec<LibraryFindSpec> = struct(
  'LibraryFindSpec',
  {},
  { name: t.string, type: t.union([t.literal('LOCAL'), t.literal('SUBSCRIBED')]) },
);
