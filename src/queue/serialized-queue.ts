/** A download queue as JSON, for a restart of the application. */

import * as t from 'io-ts';
import { invalidOptionError } from '../errors/invalid-option-error.ts';
import { omit } from '../snapshots/omit.ts';
import { savedFilesOf } from './saved-files.ts';
import type { QueuedDownload } from './state.ts';

const SerializedDownload = t.intersection([
  t.type({
    id: t.string,
    itemId: t.string,
    status: t.keyof({ waiting: null, paused: null, saved: null, failed: null, cancelled: null }),
    received: t.number,
    addedAt: t.number,
  }),
  t.partial({
    itemName: t.string,
    files: t.array(t.string),
    data: t.unknown,
    total: t.number,
    contentVersion: t.string,
    savedFiles: t.array(
      t.type({
        type: t.literal('saved'),
        file: t.string,
        bytes: t.number,
        verified: t.keyof({ checksum: null, length: null, none: null }),
      }),
    ),
    reason: t.string,
    startedAt: t.number,
    endedAt: t.number,
  }),
]);

const Serialized = t.type({ v: t.literal(1), downloads: t.array(SerializedDownload) });

/** The downloads of a queue. JSON without secrets: no sessions, no addresses of files, no sinks. */
export interface SerializedQueue {
  readonly v: 1;
  readonly downloads: readonly unknown[];
}

/** Returns the downloads without what ends with the application. A running one is waiting afterwards. */
export const serializeDownloads = (downloads: readonly QueuedDownload[]): SerializedQueue => ({
  v: 1,
  downloads: downloads.map((download) => ({
    ...omit(download, 'snapshot', 'error'),
    status: download.status === 'running' ? 'waiting' : download.status,
    savedFiles: savedFilesOf(download),
  })),
});

/**
 * Returns the downloads.
 *
 * @throws TypeError if the value is not what `serialize` has returned.
 */
export const restoreDownloads = (serialized: SerializedQueue): readonly QueuedDownload[] => {
  const decoded = Serialized.decode(serialized);
  if (decoded._tag === 'Left') throw invalidOptionError('restore', 'what serialize() of a queue has returned', serialized);
  return decoded.right.downloads;
};
