/** Options of a download. */

import { invalidOptionError } from '../errors/invalid-option-error.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { toTimerDelay } from '../operators/timer-delay.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import type { SpeedFloor } from '../transfer/speed-floor.ts';
import { WAIT_OPTIONS, type PreparationWaitOptions } from '../watching/preparation.ts';
import type { DownloadWarning } from './events.ts';

/** How a failed transfer of a file is retried. */
export interface FileRetryOptions {
  /**
   * Maximum number of consecutive attempts that bring a file no further, the first attempt included.
   * @default 5
   */
  readonly attempts?: number | undefined;
  /**
   * Upper limit of the first delay, in milliseconds. The limit doubles from one retry to the next, up to 8 seconds; each delay is a random
   * part of its limit. A `Retry-After` header of the server replaces the delay.
   * @default 500
   */
  readonly delay?: number | undefined;
}

/** The minimum speed of a file, like `--speed-limit` and `--speed-time` of curl. */
export interface LowSpeedOptions {
  /**
   * Bytes per second.
   * @default 1_000
   */
  readonly bytesPerSecond?: number | undefined;
  /**
   * Time over which the average speed is measured, in milliseconds. It includes retries and their delays, but not the preparation of the
   * file, times at which the sink is writing, and delays that a busy server demands.
   * @default five times the `timeout` of the download
   */
  readonly time?: number | undefined;
}

/** Options of `download`. */
export interface DownloadOptions extends PreparationWaitOptions<readonly DownloadFileInfo[]> {
  /**
   * The files to download: their names, or a predicate that returns true for the name of a file to download. As the predicate of
   * `Array.filter`, it is also called with the index of the name, and with the names of all files.
   * @default all files of the item
   * @example
   * ```ts
   * download(vc, itemId, sink, { files: ['appliance.ovf', 'appliance-disk1.vmdk'] });
   * download(vc, itemId, sink, { files: (name) => name.endsWith('.ovf') });
   * ```
   */
  readonly files?: readonly string[] | ((name: string, index: number, names: readonly string[]) => boolean) | undefined;
  /**
   * Chooses the order: returns the name of the file to transfer next, out of `names`, whose transfers have not ended. The files are then
   * transferred one after the other; a large one still in parallel byte ranges. It is called when the previous file has ended, so the order
   * may depend on what a sink has received.
   * @default several files are transferred at a time, in the order in which they are prepared
   * @example
   * ```ts
   * download(vc, itemId, sink, { nextFile: (names) => names.find((name) => name.endsWith('.ovf')) ?? names[0] });
   * ```
   */
  readonly nextFile?: ((names: readonly string[]) => string) | undefined;
  /**
   * Maximum number of connections that transfer bytes at the same time, over all files and byte ranges. A download begins with four; it uses
   * more while that makes it faster, and fewer while the server is busy. For every four of them, the request for the next range of a large
   * file may be sent while a range ends.
   * @default 8
   */
  readonly concurrency?: number | undefined;
  /**
   * Maximum number of bytes per second, over all files, on average; 1000 or more.
   * @default no limit
   */
  readonly limitRate?: number | undefined;
  /**
   * True if the other files are downloaded even when one fails; a `failed` event then reports the failure. False if the first failure ends
   * the download.
   * @default false
   */
  readonly continueOnError?: boolean | undefined;
  /**
   * Maximum time without progress, in milliseconds. Applies to each transfer (no byte received) and, while no transfer is active, to the
   * preparation (no file has changed). Also limits each wait for a response, the login included, if it is less than the connection's
   * `timeout`.
   * @default 120_000
   */
  readonly timeout?: number | undefined;
  /**
   * The minimum speed of a file, over all its attempts: below it, the file fails with a `TimeoutError`, even if every attempt receives a few
   * bytes. `false` allows any speed.
   * @default { bytesPerSecond: 1_000, time: five times `timeout` }
   * @example
   * ```ts
   * download(vc, itemId, sink, { lowSpeed: { bytesPerSecond: 50_000, time: 60_000 } });
   * download(vc, itemId, sink, { lowSpeed: false });
   * ```
   */
  readonly lowSpeed?: false | LowSpeedOptions | undefined;
  /**
   * How a failed transfer of a file is retried. A retry resumes the file if the server supports byte ranges. `false` disables retries.
   * @default { attempts: 5, delay: 500 }
   * @example
   * ```ts
   * download(vc, itemId, sink, { fileRetry: { attempts: 10, delay: 2_000 } });
   * download(vc, itemId, sink, { fileRetry: false });
   * ```
   */
  readonly fileRetry?: false | FileRetryOptions | undefined;
  /**
   * True if the SHA256 of every file is computed even if vCenter states a checksum of another algorithm, which is computed anyway.
   * @default false
   */
  readonly sha256?: boolean | undefined;
  /**
   * Called with every `warning`, before the event is emitted; after unsubscribing, when nothing can be emitted any more, too.
   * @default warnings are emitted only
   */
  readonly onWarning?: ((warning: DownloadWarning) => void) | undefined;
}

const FILE_RETRY_OPTIONS: OptionNames<FileRetryOptions> = { attempts: true, delay: true };

const LOW_SPEED_OPTIONS: OptionNames<LowSpeedOptions> = { bytesPerSecond: true, time: true };

/** The names of {@link DownloadOptions}. */
export const DOWNLOAD_OPTIONS: OptionNames<DownloadOptions> = {
  ...WAIT_OPTIONS,
  files: true,
  nextFile: true,
  concurrency: true,
  limitRate: true,
  continueOnError: true,
  timeout: true,
  lowSpeed: true,
  fileRetry: true,
  sha256: true,
  onWarning: true,
};

/**
 * Checks the names of the options.
 *
 * @throws TypeError if one is unknown.
 */
export const assertDownloadOptions = (options: DownloadOptions): void => {
  assertKnownOptions(options, DOWNLOAD_OPTIONS);
  const { fileRetry, lowSpeed, nextFile } = options;
  if (nextFile !== undefined && typeof nextFile !== 'function')
    throw invalidOptionError('nextFile', 'a function that returns one of the names', nextFile);
  if (lowSpeed !== undefined && lowSpeed !== false) {
    assertKnownOptions(lowSpeed, LOW_SPEED_OPTIONS, 'lowSpeed');
    const { bytesPerSecond = 0, time = 1 } = lowSpeed;
    if (!(bytesPerSecond >= 0))
      throw invalidOptionError('lowSpeed.bytesPerSecond', 'bytes per second, 0 or more', bytesPerSecond);
    if (!(time > 0)) throw invalidOptionError('lowSpeed.time', 'milliseconds, more than 0', time);
  }
  if (fileRetry !== undefined && fileRetry !== false) assertKnownOptions(fileRetry, FILE_RETRY_OPTIONS, 'fileRetry');
};

/** Returns the `timeout` of a download, in milliseconds. */
export const stallTimeoutOf = ({ timeout = 120_000 }: DownloadOptions): number => timeout;

/** Returns the minimum speed of a file; `undefined` if there is none. */
export const speedFloorOf = (options: DownloadOptions): SpeedFloor | undefined => {
  if (options.lowSpeed === false) return undefined;
  const { bytesPerSecond = 1_000, time = 5 * stallTimeoutOf(options) } = options.lowSpeed ?? {};
  return bytesPerSecond === 0 || time === Infinity ? undefined : { bytesPerSecond, time: toTimerDelay(time) };
};
