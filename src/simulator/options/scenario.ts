/** How a simulated vCenter behaves, as plain data. */

import type { LocalizableMessage, PrepareStatus } from '../../model/index.ts';
import type { Assumptions } from './assumptions.ts';
import type { Fault } from './faults.ts';

/** How a simulated vCenter behaves. */
export interface Scenario {
  /** @default `'8.0'` */
  readonly version?: VCenterVersion;
  /** How the preparation of every file goes. */
  readonly preparation?: Preparation;
  /** How the preparation of single files goes, by file name; what is said here wins over `preparation`, field by field. */
  readonly files?: Readonly<Record<string, Preparation>>;
  /**
   * The algorithm of the checksums that are stated, or `'none'` for a server that states none.
   *
   * @default `'SHA1'`
   */
  readonly checksums?: 'SHA1' | 'SHA256' | 'MD5' | 'none';
  /** How long sessions live. */
  readonly leases?: SessionLifetimes;
  /** How the bytes of files are served. */
  readonly data?: DataService;
  /** What the documents leave open. */
  readonly assumptions?: Assumptions;
  /**
   * What goes wrong. Where several fit a request, the first of the list answers.
   *
   * @default nothing
   */
  readonly faults?: readonly Fault[];
}

/**
 * A release of vCenter.
 *
 * - `6.7` has `/rest` alone; its errors have no `error_type`, and items no changes.
 * - `7.0` (from Update 2) and `8.0` have both dialects.
 * - `9.0` has `/api` alone, offers files without a download session, and tells the state of libraries.
 */
export type VCenterVersion = '6.7' | '7.0' | '8.0' | '9.0';

const RELEASES: readonly VCenterVersion[] = ['6.7', '7.0', '8.0', '9.0'];

/** Whether a release is that one, or a later one. */
export const isSince = (version: VCenterVersion, first: VCenterVersion): boolean =>
  RELEASES.indexOf(version) >= RELEASES.indexOf(first);

/** Whether a release speaks a dialect. */
export const hasDialect = (version: VCenterVersion, dialect: Dialect): boolean => version !== (dialect === 'api' ? '6.7' : '9.0');

/** `api`: since 7.0U2; `rest`: from 6.5 to 8.0. */
export type Dialect = 'api' | 'rest';

/** A status of a preparation, and how long it lasts. */
export interface PreparationPhase {
  readonly status: PrepareStatus;
  /** Milliseconds. */
  readonly lasts: number;
}

/** How the preparation of a file goes. */
export interface Preparation {
  /**
   * Milliseconds in `PREPARE_REQUESTED`.
   *
   * @default 200
   */
  readonly requested?: number;
  /**
   * Milliseconds in `PREPARING`, after those in `PREPARE_REQUESTED`.
   *
   * @default 600
   */
  readonly preparing?: number;
  /**
   * The statuses before the outcome, in place of `requested` and `preparing`: a server that falls back from `PREPARING` to
   * `PREPARE_REQUESTED`, one that says `UNPREPARED` for a while after it was asked, or one that skips a status.
   *
   * @default `PREPARE_REQUESTED`, then `PREPARING`
   */
  readonly phases?: readonly PreparationPhase[];
  /**
   * Milliseconds that the publisher's server takes for a file that is not on disk (`cached: false` in the inventory). Its preparation
   * is that much longer in `PREPARING`; a synchronization takes it, too.
   *
   * @default 1_000
   */
  readonly fetching?: number;
  /**
   * How it ends.
   *
   * @default `'PREPARED'`
   */
  readonly outcome?: 'PREPARED' | 'ERROR';
  /**
   * What is said with `ERROR`; `null` for an error without a message, as real servers have sent it.
   *
   * @default a message that names the file
   */
  readonly message?: LocalizableMessage | null;
  /**
   * Whether `bytes_transferred` grows during `PREPARING`. The documents allow that it stays 0 until the download begins.
   *
   * @default true
   */
  readonly bytesMove?: boolean;
  /**
   * From when on the size is stated. The documents promise it only once the file was downloaded.
   *
   * @default `'prepared'`
   */
  readonly sizeKnown?: PreparationStage;
  /**
   * From when on the checksum is stated. With anything but `'downloaded'` the simulator reads generated files to their end to know it.
   *
   * @default `'downloaded'`, as documented
   */
  readonly checksumKnown?: PreparationStage;
  /**
   * How many answers about the file, once it was downloaded, still come without the checksum: a server that has yet to compute it.
   *
   * @default 0
   */
  readonly checksumLate?: number;
}

/** A stage of a file's way: at once, when it is `PREPARED`, when all its bytes were served, or never. */
export type PreparationStage = 'at-once' | 'prepared' | 'downloaded' | 'never';

/** Download sessions, and the API sessions that a login opens. Each ends when the clock says so; nobody is told. */
export interface SessionLifetimes {
  /**
   * Milliseconds that a download session lives without activity. Then it is gone, and its links with it.
   *
   * Activity is every request for the session or its files; reading bytes is where `data` says so, listing the sessions is not.
   *
   * @default 300_000, five minutes, as the documents say
   */
  readonly downloadSession?: number;
  /**
   * Milliseconds after which a download session is cleaned up that was cancelled or has failed, whatever is asked for meanwhile.
   *
   * @default 300_000
   */
  readonly endedDownloadSession?: number;
  /**
   * Milliseconds that an API session lives without a request. Bytes that are read are no request of it.
   *
   * @default 1_800_000, half an hour
   */
  readonly apiSessionIdle?: number;
  /**
   * Milliseconds that an API session lives, however busy it is.
   *
   * @default 86_400_000, a day
   */
  readonly apiSession?: number;
  /**
   * How many API sessions a user may have. One more login is refused with 503 and the id
   * `com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached`.
   *
   * @default 550
   */
  readonly apiSessionsPerUser?: number;
}

/**
 * What the services behind the links to files do, `/cls/data` and `/cls/static`.
 *
 * No public source says how a real one answers, and nobody has recorded it: each of these is a switch. The defaults are what a client
 * can make the most of; turn them off to see whether yours depends on them.
 */
export interface DataService {
  /**
   * Whether an answer says how long it is. Where it does not, its body is sent in chunks.
   *
   * It is open whether vCenter does: one client is known that expects it to be missing, and clients have taken half a file for all of it.
   *
   * @default true
   */
  readonly contentLength?: boolean;
  /**
   * Whether a part of a file can be asked for: 206, 416 and `Accept-Ranges`; without them every answer is 200 and the whole file.
   * Several ranges at once are answered with the whole file, as HTTP allows.
   *
   * No public client is known to ask vCenter for a range.
   *
   * @default true
   */
  readonly ranges?: boolean;
  /**
   * The `ETag` of an answer: a strong one that changes with the file, a weak one, or none. `If-Range` goes by strong ones alone.
   *
   * @default `'strong'`
   */
  readonly etag?: 'strong' | 'weak' | 'none';
  /**
   * Whether `HEAD` is answered; if not, it is refused as any other method.
   *
   * @default true
   */
  readonly head?: boolean;
  /**
   * Whether `/cls/data` wants the header `vmware-api-session-id` of a login.
   *
   * VMware's own samples fetch without it, other clients send it. vcsim wants it.
   *
   * @default false
   */
  readonly login?: boolean;
  /**
   * Whether pages of other origins may read the answers (CORS). vCenter is not known to allow it.
   *
   * @default false
   */
  readonly cors?: boolean;
  /**
   * Whether reading bytes keeps the download session alive.
   *
   * The documents speak of "activity"; on 8.0 a transfer was seen to lose its session after five minutes.
   *
   * @default false
   */
  readonly readingKeepsLease?: boolean;
}
