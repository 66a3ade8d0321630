/** The files of an item, as the library stores them. */

import * as t from 'io-ts';
import { int64, struct, type Codec } from './codec.ts';
import { ChecksumInfo } from './transfer.ts';

/** A file of an item. Source: `content.library.item.File.Info`. */
export interface ItemFileInfo {
  /** Unique within the item. */
  readonly name: string;
  /** Bytes of storage used: a hint, never the file's length; 0 when not cached. */
  readonly size: number;
  /** Whether the file is on disk. */
  readonly cached: boolean;
  /** Grows with each new upload of the file. */
  readonly version: string;
  readonly checksum_info?: ChecksumInfo;
  /** Since 9.0: where the file can be fetched with the API session's header, without a download session. */
  readonly file_download_endpoint?: string;
}

/** Decodes {@link ItemFileInfo}. */
export const ItemFileInfo: Codec<ItemFileInfo> = struct(
  'ItemFileInfo',
  { name: t.string, size: int64, cached: t.boolean, version: t.string },
  { checksum_info: ChecksumInfo, file_download_endpoint: t.string },
);
