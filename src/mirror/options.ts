/** Options of a mirror. */

import { DOWNLOAD_OPTIONS, type DownloadOptions } from '../download/options.ts';
import { invalidOptionError } from '../errors/invalid-option-error.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import type { LibraryItem } from './library-contents.ts';

/**
 * Options of the downloads of a mirror; every file of an item is downloaded, and one failure fails the item. `sha256` is true by default: the
 * manifest of the item states it.
 */
export type MirrorDownloadOptions = Omit<DownloadOptions, 'files' | 'continueOnError'>;

/** Options of `mirror`. */
export interface MirrorOptions {
  /**
   * Returns true for the items to mirror. Items of the target that are not selected are left as they are.
   * @default all items
   * @example
   * ```ts
   * mirror(vc, libraryId, target, { include: ({ name }) => name.startsWith('ubuntu-') });
   * mirror(vc, libraryId, target, { include: ({ type }) => type === 'ovf' });
   * ```
   */
  readonly include?: ((item: LibraryItem) => boolean) | undefined;
  /**
   * True to remove items from the target that are no longer in the library. Nothing is removed if an item of the library could not be read.
   * @default false
   */
  readonly delete?: boolean | undefined;
  /**
   * Maximum number of items that are downloaded at the same time.
   * @default 2
   */
  readonly concurrency?: number | undefined;
  /**
   * Milliseconds from the end of one comparison with its downloads to the next. The stream then does not complete.
   * @default the library is mirrored once
   */
  readonly every?: number | undefined;
  /** Options of the downloads: `concurrency` is the number of connections for each item. */
  readonly download?: MirrorDownloadOptions | undefined;
}

const MIRROR_OPTIONS: OptionNames<MirrorOptions> = {
  include: true,
  delete: true,
  concurrency: true,
  every: true,
  download: true,
};

const { files, continueOnError, ...allowed } = DOWNLOAD_OPTIONS;
void [files, continueOnError];

/** Names of {@link MirrorDownloadOptions}. */
export const MIRROR_DOWNLOAD_OPTIONS: OptionNames<MirrorDownloadOptions> = allowed;

/** The options with their defaults. */
export interface ResolvedMirrorOptions {
  readonly include: (item: LibraryItem) => boolean;
  readonly isDeleting: boolean;
  readonly concurrency: number;
  readonly every: number | undefined;
  readonly download: MirrorDownloadOptions;
}

/**
 * Checks the options and adds the defaults.
 *
 * @throws TypeError if one is unknown or invalid.
 */
export const resolveMirrorOptions = (options: MirrorOptions): ResolvedMirrorOptions => {
  assertKnownOptions(options, MIRROR_OPTIONS);
  const { include = () => true, delete: isDeleting = false, concurrency = 2, every, download = {} } = options;
  if (typeof include !== 'function') throw invalidOptionError('include', 'a function of an item', include);
  if (typeof isDeleting !== 'boolean') throw invalidOptionError('delete', 'true or false', isDeleting);
  if (!(concurrency >= 1)) throw invalidOptionError('concurrency', 'a number from 1', concurrency);
  if (every !== undefined && !(every >= 0)) throw invalidOptionError('every', 'milliseconds from 0', every);
  assertKnownOptions(download, MIRROR_DOWNLOAD_OPTIONS, 'download');
  return { include, isDeleting, concurrency, every, download };
};
