/** Options of a download queue. */

import { assertDownloadOptions, DOWNLOAD_OPTIONS, type DownloadOptions } from '../download/options.ts';
import { invalidOptionError } from '../errors/invalid-option-error.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { omit } from '../snapshots/omit.ts';
import type { Sink } from '../transfer/sink.ts';
import type { SerializedQueue } from './serialized-queue.ts';
import type { QueuedDownload } from './state.ts';

/** Options of all downloads of a queue. */
export type QueueDownloadOptions = Omit<DownloadOptions, 'files' | 'concurrency' | 'limitRate'>;

/** Options of `createDownloadQueue`. */
export interface DownloadQueueOptions {
  /**
   * Maximum number of downloads that run at the same time; the others wait.
   * @default 2
   */
  readonly concurrency?: number | undefined;
  /**
   * Maximum number of connections that transfer bytes at the same time, over all downloads.
   * @default 4
   */
  readonly connections?: number | undefined;
  /**
   * Maximum number of bytes per second, over all downloads, on average; 1000 or more.
   * @default no limit
   */
  readonly limitRate?: number | undefined;
  /**
   * Milliseconds between two states while bytes are received. Other changes are emitted at once.
   * @default 250
   */
  readonly period?: number | undefined;
  /**
   * Number of ended downloads that stay in the list; the oldest are removed.
   * @default 100
   */
  readonly history?: number | undefined;
  /**
   * Options of each download.
   * @default those of `download`
   */
  readonly download?: QueueDownloadOptions | undefined;
  /**
   * What `serialize` has returned, in this run or an earlier one. Requires `toSink`.
   * @default an empty queue
   */
  readonly restore?: SerializedQueue | undefined;
  /** Returns the sink of a restored download. */
  readonly toSink?: ((download: QueuedDownload) => Sink) | undefined;
}

/** Options of `DownloadQueue.add`. */
export interface AddDownloadOptions {
  /**
   * The names of the files to download.
   * @default all files of the item
   */
  readonly files?: readonly string[] | undefined;
  /** A value of the application, such as a path. It must be JSON if the queue is serialized. */
  readonly data?: unknown;
  /**
   * Identifies the download in the queue.
   * @default a number
   */
  readonly id?: string | undefined;
}

const QUEUE_OPTIONS: OptionNames<DownloadQueueOptions> = {
  concurrency: true,
  connections: true,
  limitRate: true,
  period: true,
  history: true,
  download: true,
  restore: true,
  toSink: true,
};

const QUEUE_DOWNLOAD_OPTIONS: OptionNames<QueueDownloadOptions> = omit(DOWNLOAD_OPTIONS, 'files', 'concurrency', 'limitRate');

const ADD_OPTIONS: OptionNames<AddDownloadOptions> = { files: true, data: true, id: true };

/** @throws TypeError if an option is unknown or invalid. */
export const assertQueueOptions = (options: DownloadQueueOptions): void => {
  assertKnownOptions(options, QUEUE_OPTIONS);
  const { concurrency = 2, connections = 4, period = 250, history = 100, download = {}, restore, toSink } = options;
  for (const [name, value] of Object.entries({ concurrency, connections }))
    if (!Number.isInteger(value) || value < 1) throw invalidOptionError(name, 'a whole number from 1', value);
  if (!(period >= 0)) throw invalidOptionError('period', 'milliseconds from 0', period);
  if (!(history >= 0)) throw invalidOptionError('history', 'a number from 0', history);
  assertKnownOptions(download, QUEUE_DOWNLOAD_OPTIONS, 'download');
  assertDownloadOptions(download);
  if (restore !== undefined && toSink === undefined)
    throw invalidOptionError('toSink', 'a function that returns the sink of a restored download', toSink);
};

/** @throws TypeError if an option is unknown or invalid. */
export const assertAddOptions = (options: AddDownloadOptions): void => {
  assertKnownOptions(options, ADD_OPTIONS);
  const { files, id } = options;
  if (files !== undefined && !(Array.isArray(files) && files.every((name) => typeof name === 'string')))
    throw invalidOptionError('files', 'a list of names', files);
  if (id !== undefined && (typeof id !== 'string' || id === '')) throw invalidOptionError('id', 'a text', id);
};
