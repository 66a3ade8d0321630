/** The scenario of a simulated vCenter as plain data: its version, timing, data service, assumptions and faults. */

import type { LocalizableMessage, PrepareStatus } from '../../model/index.ts';
import type { Assumptions } from './assumptions.ts';
import type { Fault } from './faults.ts';

/** Behavior of a simulated vCenter. */
export interface Scenario {
  /** @default `'8.0'` */
  readonly version?: VCenterVersion;
  /** Preparation of every file. */
  readonly preparation?: Preparation;
  /** Preparation of single files, by file name. Each field overrides the same field of `preparation`. */
  readonly files?: Readonly<Record<string, Preparation>>;
  /**
   * Algorithm of the checksums in responses; `'none'` for a server that returns no checksums.
   *
   * @default `'SHA1'`
   */
  readonly checksums?: 'SHA1' | 'SHA256' | 'SHA512' | 'MD5' | 'none';
  /** Lifetimes and limits of sessions. */
  readonly leases?: SessionLifetimes;
  /** How file data is served. */
  readonly data?: DataService;
  /**
   * Changes of items' content, for example while a client downloads it.
   *
   * @default none
   */
  readonly contentChanges?: readonly ContentChange[];
  /** Behavior that VMware's documents leave open. */
  readonly assumptions?: Assumptions;
  /**
   * Faults to inject. If several match a request, the first in the list applies.
   *
   * @default none
   */
  readonly faults?: readonly Fault[];
}

/**
 * A release of vCenter.
 *
 * - `6.7` has `/rest` only; its errors have no `error_type`, and its items no changes.
 * - `7.0` (Update 2 or later) and `8.0` have both dialects.
 * - `9.0` has `/api` only, serves files without a download session, and returns the state of libraries.
 * - `9.1` has SHA-256 thumbprints, a `source_id` for items of local libraries, and returns the configuration of libraries.
 */
export type VCenterVersion = '6.7' | '7.0' | '8.0' | '9.0' | '9.1';

/** `api`: `/api`, since 7.0 Update 2. `rest`: `/rest`, from 6.5 to 8.0. */
export type Dialect = 'api' | 'rest';

/** How the preparation of a file proceeds. */
export interface Preparation {
  /**
   * Milliseconds in `PREPARE_REQUESTED`.
   *
   * @default 200
   */
  readonly requested?: number;
  /**
   * Milliseconds in `PREPARING`, after `PREPARE_REQUESTED`.
   *
   * @default 600
   */
  readonly preparing?: number;
  /**
   * Phases before the outcome; replaces `requested` and `preparing`. For example: a server that returns from `PREPARING` to
   * `PREPARE_REQUESTED`, that reports `UNPREPARED` for a while after the request, or that skips a status.
   *
   * @default `PREPARE_REQUESTED`, then `PREPARING`
   */
  readonly phases?: readonly PreparationPhase[];
  /**
   * Milliseconds that it takes to fetch a file from the publisher if it is not on disk (`cached: false` in the inventory). Its
   * preparation stays that much longer in `PREPARING`; a synchronization takes as long.
   *
   * @default 1_000
   */
  readonly fetching?: number;
  /**
   * Final status.
   *
   * @default `'PREPARED'`
   */
  readonly outcome?: 'PREPARED' | 'ERROR';
  /**
   * Error message that is returned with `ERROR`; `null` for an error without a message, which real servers have returned.
   *
   * @default a message that contains the file name
   */
  readonly message?: LocalizableMessage | null;
  /**
   * True if `bytes_transferred` increases during `PREPARING`. According to the documents it may stay 0 until the download starts.
   *
   * @default true
   */
  readonly bytesMove?: boolean;
  /**
   * Stage from which the size is returned. The documents guarantee it only after the file was downloaded.
   *
   * @default `'prepared'`
   */
  readonly sizeKnown?: PreparationStage;
  /**
   * Stage from which the checksum is returned. For any value except `'downloaded'`, the simulator reads generated files completely to
   * compute it.
   *
   * @default `'downloaded'`, as documented
   */
  readonly checksumKnown?: PreparationStage;
  /**
   * Number of responses about a downloaded file that still have no checksum, as from a server that has not computed it yet.
   *
   * @default 0
   */
  readonly checksumLate?: number;
}

/** A phase of a preparation: a status and its duration. */
export interface PreparationPhase {
  readonly status: PrepareStatus;
  /** Milliseconds. */
  readonly lasts: number;
}

/** A stage of a file: immediately, when it is `PREPARED`, after all its bytes were served, or never. */
export type PreparationStage = 'at-once' | 'prepared' | 'downloaded' | 'never';

/**
 * New content of an item, once: its files get other bytes, and with them another version, checksum and `ETag`; the item gets another
 * `content_version`. Later requests of existing download sessions are served the new content, bodies that are being read the old one.
 */
export type ContentChange = ContentChangeFacts & (ContentChangeAtTime | ContentChangeAtBytes);

/** The item that changes, and its new content. */
export interface ContentChangeFacts {
  /**
   * Name or id of the item.
   *
   * @default every item that has the file
   */
  readonly item?: string;
  /**
   * Name of the file.
   *
   * @default all files of the item
   */
  readonly file?: string;
  /**
   * Bytes. The new content is generated.
   *
   * @default the size of the old content
   */
  readonly size?: number;
  /**
   * The new content as text; replaces `size`.
   *
   * @default generated bytes
   */
  readonly content?: string;
  /**
   * The new `content_version`.
   *
   * @default the next number
   */
  readonly contentVersion?: string;
}

/** A change at a time. */
export interface ContentChangeAtTime {
  /** Milliseconds after the start of the simulator by its clock. */
  readonly after: number;
}

/** A change during a transfer. */
export interface ContentChangeAtBytes {
  /** Number of bytes of the files, in all sessions together, that are served before. */
  readonly afterBytes: number;
}

/** Lifetimes of download sessions and of API sessions (logins). A session expires by the clock, without notice. */
export interface SessionLifetimes {
  /**
   * Milliseconds until an inactive download session expires, and its data links with it.
   *
   * Activity is every request for the session or its files. Reading bytes is activity only if `data.readingKeepsLease` is true; listing
   * the sessions is not.
   *
   * @default 300_000, five minutes, as documented
   */
  readonly downloadSession?: number;
  /**
   * Milliseconds until a canceled or failed download session is removed, regardless of requests.
   *
   * @default 300_000
   */
  readonly endedDownloadSession?: number;
  /**
   * Milliseconds until an API session without requests expires. Reading bytes is not a request of the session.
   *
   * @default 1_800_000, half an hour
   */
  readonly apiSessionIdle?: number;
  /**
   * Milliseconds until an API session expires, even if it is active.
   *
   * @default 86_400_000, a day
   */
  readonly apiSession?: number;
  /**
   * Maximum number of API sessions per user. Further logins fail with 503 and the message id
   * `com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached`.
   *
   * @default 550
   */
  readonly apiSessionsPerUser?: number;
}

/**
 * Behavior of the services that serve file data, `/cls/data` and `/cls/static`.
 *
 * No public source documents or records how a real server responds, so each aspect is a switch. The defaults offer a client the most;
 * turn them off to check whether your client depends on them.
 */
export interface DataService {
  /**
   * True if responses have a `Content-Length`. Otherwise bodies are sent in chunks.
   *
   * It is not known whether vCenter sends it: one client expects it to be missing, and clients have taken half a file for a complete one.
   *
   * @default true
   */
  readonly contentLength?: boolean;
  /**
   * Bytes per second of each response, by the simulator's clock, in chunks of a tenth of a second.
   *
   * @default no limit
   */
  readonly bytesPerSecond?: number;
  /**
   * True if byte ranges are supported: 206, 416 and `Accept-Ranges`. Otherwise every response is 200 with the complete file. A request
   * for several ranges returns the complete file, as HTTP allows.
   *
   * No public client is known to request a range from vCenter.
   *
   * @default true
   */
  readonly ranges?: boolean;
  /**
   * The `ETag` of responses: strong, and different for each version of the file; weak; or none. `If-Range` requires a strong one.
   *
   * @default `'strong'`
   */
  readonly etag?: 'strong' | 'weak' | 'none';
  /**
   * True if `HEAD` is supported. Otherwise it fails like every other unsupported method.
   *
   * @default true
   */
  readonly head?: boolean;
  /**
   * True if `/cls/data` requires the header `vmware-api-session-id`.
   *
   * VMware's own samples do not send it, other clients do. vcsim requires it.
   *
   * @default false
   */
  readonly login?: boolean;
  /**
   * True if pages of other origins may read the responses (CORS). vCenter is not known to allow it.
   *
   * @default false
   */
  readonly cors?: boolean;
  /**
   * True if reading bytes extends the download session.
   *
   * The documents mention "activity"; on 8.0 a transfer lost its session after five minutes.
   *
   * @default false
   */
  readonly readingKeepsLease?: boolean;
}
