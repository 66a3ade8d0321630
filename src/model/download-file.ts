/** The files of a download session, and how far their preparation is. */

import * as t from 'io-ts';
import { enumeration, int64, struct, type Codec, type UnknownEnumValue } from './codec.ts';
import { LocalizableMessage } from './message.ts';
import { ChecksumInfo, TransferEndpoint } from './transfer.ts';

/**
 * How far the preparation is. `UNPREPARED`: never asked for; `PREPARE_REQUESTED`: asked for, not begun; `PREPARING`: under way;
 * `PREPARED`: ready for download; `ERROR`: failed.
 */
export type PrepareStatus = 'UNPREPARED' | 'PREPARE_REQUESTED' | 'PREPARING' | 'PREPARED' | 'ERROR';

/** `HTTPS`: an address to fetch from; `DIRECT`: the place on the storage, which the caller must be able to reach. */
export type EndpointType = 'HTTPS' | 'DIRECT';

/** A file of a download session. Source: `content.library.item.downloadsession.File.Info`. */
export interface DownloadFileInfo {
  /** Unique within the item. */
  readonly name: string;
  /** Bytes. May come late; set once the file was downloaded. */
  readonly size?: number;
  /** Bytes that the *server* moved to make the file ready. Not the client's progress; may stay 0. */
  readonly bytes_transferred: number;
  readonly status: PrepareStatus | UnknownEnumValue;
  /** Only with `PREPARED`. */
  readonly download_endpoint?: TransferEndpoint;
  /** Only once the file was downloaded. */
  readonly checksum_info?: ChecksumInfo;
  /** With `ERROR`, and even then not always. */
  readonly error_message?: LocalizableMessage;
}

/** Decodes {@link DownloadFileInfo}. */
export const DownloadFileInfo: Codec<DownloadFileInfo> = struct(
  'DownloadFileInfo',
  { name: t.string, bytes_transferred: int64, status: enumeration<PrepareStatus>('PrepareStatus') },
  {
    size: int64,
    download_endpoint: TransferEndpoint,
    checksum_info: ChecksumInfo,
    error_message: LocalizableMessage,
  },
);
