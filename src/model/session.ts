/** The API session: who is logged in, and since when. */

import * as t from 'io-ts';
import type { Codec } from './codec.ts';

/** What vCenter tells of an API session. Source: `cis.Session.Info`. */
export interface SessionInfo {
  readonly user: string;
  /** ISO 8601. */
  readonly created_time: string;
  /** ISO 8601; reading it moves it. */
  readonly last_accessed_time: string;
}

/** Decodes {@link SessionInfo}. */
export const SessionInfo: Codec<SessionInfo> = t.type(
  { user: t.string, created_time: t.string, last_accessed_time: t.string },
  'SessionInfo',
);
