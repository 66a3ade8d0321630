/** How a simulated vCenter behaves, as plain data. */

import type { LocalizableMessage } from '../../model.ts';

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
}

/**
 * An answer given verbatim instead of the real one: a proxy's page, JSON that is not the contract, a passing failure.
 * Where several fit a request, the first of the list answers.
 */
export interface Fault {
  /** VMware's name of the operation, such as `content.Library.list`; `data` for the bytes of files; `*` for every request. */
  readonly operation: string;
  /**
   * How many requests this fault answers.
   *
   * @default all of them
   */
  readonly times?: number;
  /**
   * How many requests of the operation pass first, whoever answers them.
   *
   * @default 0
   */
  readonly after?: number;
  /**
   * The HTTP status.
   *
   * @default 500
   */
  readonly status?: number;
  /** @default `'application/json'` */
  readonly contentType?: string;
  readonly body: string;
}

/** How a simulated vCenter behaves. */
export interface Scenario {
  /** How the preparation of every file goes. */
  readonly preparation?: Preparation;
  /** How the preparation of single files goes, by file name; what is said here wins over `preparation`, field by field. */
  readonly files?: Readonly<Record<string, Preparation>>;
  /** @default none */
  readonly faults?: readonly Fault[];
  /**
   * The algorithm of the checksums that are stated, or `'none'` for a server that states none.
   *
   * @default `'SHA1'`
   */
  readonly checksums?: 'SHA1' | 'SHA256' | 'MD5' | 'none';
}
