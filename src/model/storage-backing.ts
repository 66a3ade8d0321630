/** The storage of a library. */

import * as t from 'io-ts';
import { enumeration, struct, type Codec, type UnknownEnumValue } from './codec.ts';

/** `DATASTORE`: a datastore of vCenter; `OTHER`: a file system that vCenter can access. */
export type StorageBackingType = 'DATASTORE' | 'OTHER';

/** The storage of a library. Source: `content.library.StorageBacking`. */
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
