/** The files of a download session, and the status of their preparation. */

import * as t from 'io-ts';
import { enumeration, int64, struct, type Codec, type UnknownEnumValue } from './codec.ts';
import { LocalizableMessage } from './message.ts';
import { ChecksumInfo, TransferEndpoint } from './transfer.ts';

/**
 * The status of the preparation. `UNPREPARED`: not requested; `PREPARE_REQUESTED`: requested, not started; `PREPARING`: in progress;
 * `PREPARED`: ready for download; `ERROR`: failed.
 */
export type PrepareStatus = 'UNPREPARED' | 'PREPARE_REQUESTED' | 'PREPARING' | 'PREPARED' | 'ERROR';

/** `HTTPS`: a URL to fetch from; `DIRECT`: the location on the storage, which the caller must be able to access. */
export type EndpointType = 'HTTPS' | 'DIRECT';

/** A file of a download session. Source: `content.library.item.downloadsession.File.Info`. */
export interface DownloadFileInfo {
  /** Unique within the item. */
  readonly name: string;
  /** Bytes. May be set late, at the latest after the file was downloaded. */
  readonly size?: number;
  /** Bytes that the *server* copied to prepare the file. Not the client's progress; may stay 0. */
  readonly bytes_transferred: number;
  readonly status: PrepareStatus | UnknownEnumValue;
  /** Only with `PREPARED`. */
  readonly download_endpoint?: TransferEndpoint;
  /** Only after the file was downloaded. */
  readonly checksum_info?: ChecksumInfo;
  /** Only with `ERROR`, and even then optional. */
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
