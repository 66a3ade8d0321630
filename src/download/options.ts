/** How a download may be done. */

import type { DownloadFileInfo } from '../model/download-file.ts';
import type { PreparationWaitOptions } from '../watching/preparation.ts';

/** How a file that breaks is tried again. */
export interface FileRetryOptions {
  /**
   * How often a file is asked for in a row without coming any further, the first time included.
   * @default 5
   */
  readonly attempts?: number;
  /**
   * Milliseconds of the first pause at the most. Each pause is a random part of its limit, which doubles from one to the next, up to
   * eight seconds. Where the server says how long to wait, that is the pause.
   * @default 500
   */
  readonly delay?: number;
}

/** Options of `download`. */
export interface DownloadOptions extends PreparationWaitOptions<readonly DownloadFileInfo[]> {
  /** Names of the files, or which of them. @default all files of the item */
  readonly files?: readonly string[] | ((name: string) => boolean);
  /** Connections that carry bytes at the same time: files, and parts of a large one; fewer while the server is too busy. @default 2 */
  readonly concurrency?: number;
  /** Go on with the other files when one fails; a `failed` event tells of it. @default false */
  readonly continueOnError?: boolean;
  /** Milliseconds without a byte and without news of any file after which to give up. @default 120_000 */
  readonly timeout?: number;
  /** How a file that breaks is tried again; it goes on where it stood, if the server can. `false`: not at all. */
  readonly fileRetry?: false | FileRetryOptions;
}

/** Milliseconds without a byte and without news after which a download gives up. */
export const stallTimeoutOf = ({ timeout = 120_000 }: DownloadOptions): number => timeout;
