/** How the preparation of a file goes. */

import type { LocalizableMessage, PrepareStatus } from '../../model/index.ts';

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
