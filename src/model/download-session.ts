/** The download session: a lease on an item's download links. */

import * as t from 'io-ts';
import { enumeration, int64, struct, type Codec, type UnknownEnumValue } from './codec.ts';
import { LocalizableMessage } from './message.ts';

/** `ACTIVE`: links work; `CANCELED`: links may fail, and the session exists until it is deleted; `ERROR`: see `error_message`. */
export type DownloadSessionState = 'ACTIVE' | 'CANCELED' | 'ERROR';

/** A download session. Source: `content.library.item.DownloadSessionModel`. */
export interface DownloadSessionModel {
  readonly id?: string;
  readonly library_item_id: string;
  /** The item's content version when the session was created. */
  readonly library_item_content_version?: string;
  readonly error_message?: LocalizableMessage;
  /** 0 to 100, as the client reported it. */
  readonly client_progress?: number;
  readonly state: DownloadSessionState | UnknownEnumValue;
  /** ISO 8601, by the server's clock: the session does not expire before. */
  readonly expiration_time?: string;
}

/** Decodes {@link DownloadSessionModel}. */
export const DownloadSessionModel: Codec<DownloadSessionModel> = struct(
  'DownloadSessionModel',
  { library_item_id: t.string, state: enumeration<DownloadSessionState>('DownloadSessionState') },
  {
    id: t.string,
    library_item_content_version: t.string,
    error_message: LocalizableMessage,
    client_progress: int64,
    expiration_time: t.string,
  },
);
