/** The files of an item, as the library stores them. */

import * as t from 'io-ts';
import { int64, list, struct, type Codec } from './codec.ts';
import { StorageBacking } from './storage-backing.ts';
import { ChecksumInfo } from './transfer.ts';

/** A file of an item. Source: `content.library.item.File.Info`. */
export interface ItemFileInfo {
  /** Unique within the item. */
  readonly name: string;
  /** Bytes of storage used: a hint, never the file's length; 0 when not cached. */
  readonly size: number;
  /** True if the file is on disk. */
  readonly cached: boolean;
  /** Increases with each new upload of the file. */
  readonly version: string;
  readonly checksum_info?: ChecksumInfo;
  /** Since 9.0: URL of the file, which needs the API session's header and no download session. */
  readonly file_download_endpoint?: string;
}

const required = { name: t.string, size: int64, cached: t.boolean, version: t.string };

const optional = { checksum_info: ChecksumInfo, file_download_endpoint: t.string };

/** Decodes {@link ItemFileInfo}. */
export const ItemFileInfo: Codec<ItemFileInfo> = struct('ItemFileInfo', required, optional);

/** A file of an item, and its location on the storage. Source: `content.library.item.Storage.Info`. */
export interface ItemStorageInfo extends ItemFileInfo {
  readonly storage_backing: StorageBacking;
  /** URIs of the file on the storage: `ds:///vmfs/volumes/…`; the form depends on the backing. */
  readonly storage_uris: readonly string[];
}

/** Decodes {@link ItemStorageInfo}. */
export const ItemStorageInfo: Codec<ItemStorageInfo> = struct(
  'ItemStorageInfo',
  { ...required, storage_backing: StorageBacking, storage_uris: list(t.string) },
  optional,
);
