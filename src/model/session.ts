/** The API session. */

import * as t from 'io-ts';
import type { Codec } from './codec.ts';

/** The user and the times of an API session. Source: `cis.Session.Info`. */
export interface SessionInfo {
  readonly user: string;
  /** ISO 8601. */
  readonly created_time: string;
  /** ISO 8601; this request updates it, too. */
  readonly last_accessed_time: string;
}

/** Decodes {@link SessionInfo}. */
export const SessionInfo: Codec<SessionInfo> = t.type(
  { user: t.string, created_time: t.string, last_accessed_time: t.string },
  'SessionInfo',
);
