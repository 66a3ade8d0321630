/** Where a library keeps its files. */

import * as t from 'io-ts';
import { enumeration, struct, type Codec, type UnknownEnumValue } from './codec.ts';

/** `DATASTORE`: one that vCenter manages; `OTHER`: a file system that vCenter can reach. */
export type StorageBackingType = 'DATASTORE' | 'OTHER';

/** Where a library keeps its files. Source: `content.library.StorageBacking`. */
export interface StorageBacking {
  readonly type: StorageBackingType | UnknownEnumValue;
  /** With `DATASTORE`. */
  readonly datastore_id?: string;
  /** With `OTHER`: `nfs://server/path`, `smb://server/path` or `file:///path`. */
  readonly storage_uri?: string;
}

/** Decodes {@link StorageBacking}. */
export const StorageBacking: Codec<StorageBacking> = struct(
  'StorageBacking',
  { type: enumeration<StorageBackingType>('StorageBackingType') },
  { datastore_id: t.string, storage_uri: t.string },
);
