/** The events of a download. The command's `--json` output prints exactly these. */

import { TimeoutError, type ContentLibraryError } from '../errors/index.ts';
import type { Dialect } from '../http/operation.ts';
import type { RetryNotice } from '../http/retry.ts';
import type { UnknownEnumValue } from '../model/codec.ts';
import type { DownloadFileInfo, PrepareStatus } from '../model/download-file.ts';
import type { Proof, SinkWarning } from '../transfer/sink.ts';
import type { TransferProgress } from '../transfer/transfer.ts';

/** The item was opened: its files are listed and selected. */
export interface DownloadOpened {
  readonly type: 'opened';
  readonly itemId: string;
  readonly itemName?: string;
  readonly dialect: Dialect;
  /**
   * `session`: through a download session. `link`: through the links that item files have since vSphere 9.0. `none`: the sink has every file
   * already, with the checksums that the library states; nothing is downloaded.
   */
  readonly strategy: 'session' | 'link' | 'none';
  readonly downloadSessionId?: string;
  /** Content version of the item that is downloaded; empty if the server does not state one, or if nothing is downloaded. */
  readonly contentVersion: string;
  /** The files to download. `size` is in bytes. */
  readonly files: readonly { readonly name: string; readonly size?: number }[];
}

/** The status, the bytes or the size of a file in preparation have changed. Never follows the file's `saved` or `failed`. */
export interface DownloadStatus {
  readonly type: 'status';
  readonly file: string;
  readonly status: PrepareStatus | UnknownEnumValue;
  /** Bytes that the server has copied to prepare the file. */
  readonly bytesTransferred: number;
  /** Size of the file in bytes, if the server states it. */
  readonly size?: number;
}

/** Bytes of a file were received. */
export interface DownloadProgress {
  readonly type: 'progress';
  readonly file: string;
  /** Bytes that the sink has. Falls only after a `retrying` event, when a file is restarted. */
  readonly received: number;
  /** Size of the file in bytes, if the server states it. */
  readonly total?: number;
}

/**
 * A transient failure is about to be retried: of a file if `file` is set, otherwise of a single request. A file is resumed, or restarted
 * from its first byte.
 */
export interface DownloadRetrying {
  readonly type: 'retrying';
  readonly file?: string;
  /** Number of the failed attempt, from 1. Counts from 1 again once a file has received more bytes than ever before. */
  readonly attempt: number;
  /** Milliseconds until the next attempt. */
  readonly delay: number;
  /** The failure. */
  readonly error: ContentLibraryError;
}

/**
 * The lease that keeps the addresses of the files valid has changed. `lost`: the download session has ended, or a link of the item was
 * refused. `renewed`: a new session has replaced it.
 */
export interface DownloadLease {
  readonly type: 'lease';
  readonly state: 'extended' | 'lost' | 'renewed';
  /** When the lease expires, by the server's clock, as ISO 8601. */
  readonly expires?: string;
}

/**
 * Identifies a {@link DownloadWarning}:
 *
 * - The codes of {@link SinkWarning}.
 * - `SESSION_NOT_DELETED`: the download session `downloadSessionId` could not be deleted; it stays on the server until `expires`. Without
 *   an id, the server has not responded to its creation.
 */
export type DownloadWarningCode = 'SESSION_NOT_DELETED' | SinkWarning['code'];

/** Something went wrong that does not fail the download. */
export interface DownloadWarning {
  readonly type: 'warning';
  readonly code: DownloadWarningCode;
  /** What happened, with its facts, in one sentence or two. */
  readonly message: string;
  /** The file concerned, if it is about one. */
  readonly file?: string;
  readonly downloadSessionId?: string;
  /** When the download session expires, by the server's clock, as ISO 8601, if known. */
  readonly expires?: string;
}

/** A file is complete and has its final name. */
export interface DownloadSaved extends Proof {
  readonly type: 'saved';
  readonly file: string;
  /** Size of the file in bytes. */
  readonly bytes: number;
  /** Where the sink has saved the file, if it has paths. */
  readonly path?: string;
  /** True if the sink already had a file equal to what the server states, so that nothing was fetched. */
  readonly skipped?: true;
}

/** A file could not be downloaded. Emitted only with `continueOnError`. */
export interface DownloadFailed {
  readonly type: 'failed';
  readonly file: string;
  readonly error: ContentLibraryError;
}

/** The download is done and the download session is deleted. Always the last event. */
export interface DownloadClosed {
  readonly type: 'closed';
  /** Number of files saved. */
  readonly files: number;
  /** Number of files failed. */
  readonly failed: number;
  /** Total size of the saved files, in bytes. */
  readonly bytes: number;
  /** Milliseconds since the subscription. */
  readonly duration: number;
}

/** An event of a download, discriminated by `type`. */
export type DownloadEvent =
  | DownloadOpened
  | DownloadStatus
  | DownloadProgress
  | DownloadRetrying
  | DownloadLease
  | DownloadWarning
  | DownloadSaved
  | DownloadFailed
  | DownloadClosed;

/** An event that can occur anywhere in a download. */
export type DownloadNotice = DownloadRetrying | DownloadLease | DownloadWarning;

/** The event of a request that is retried. */
export const toRetryingEvent = ({ attempt, delay, error }: RetryNotice): DownloadRetrying => ({
  type: 'retrying',
  attempt,
  delay,
  error,
});

/** The event of a download session that could not be deleted; without an id, its creation got no response. */
export const sessionNotDeletedWarning = (
  host: string,
  downloadSessionId: string | undefined,
  expires: string | undefined,
  failure: unknown,
): DownloadWarning => {
  const subject =
    downloadSessionId === undefined ? 'A download session may be left' : `Download session ${downloadSessionId} is left`;
  return {
    type: 'warning',
    code: 'SESSION_NOT_DELETED',
    message: `${subject} on ${host} until it expires${expires === undefined ? '' : ` (${expires})`}: ${reasonOf(failure)}`,
    ...(downloadSessionId === undefined ? {} : { downloadSessionId }),
    ...(expires === undefined ? {} : { expires }),
  };
};

const reasonOf = (failure: unknown): string => {
  if (failure instanceof TimeoutError) return 'the server did not respond to the clean-up in time.';
  return failure instanceof Error ? failure.message : String(failure);
};

/** The `progress` events of one file. */
export interface ProgressEvents {
  /** Registers a failure. `isReported` is true if a `retrying` event was emitted for it. */
  readonly onFailure: (error: ContentLibraryError, isReported: boolean) => void;
  readonly toEvent: (progress: TransferProgress) => DownloadProgress;
}

/**
 * Creates the events of a file, whose bytes fall only after a report.
 *
 * @param report - Called before the first event of a file that starts over, if its last failure was not reported: that of a lost session.
 */
export const createProgressEvents = (file: string, report: (error: ContentLibraryError) => void): ProgressEvents => {
  let lastReceived = 0;
  let unreported: ContentLibraryError | undefined;
  return {
    onFailure: (error, isReported) => {
      unreported = isReported ? undefined : error;
    },
    toEvent: ({ received, total }) => {
      if (received < lastReceived && unreported !== undefined) {
        report(unreported);
        unreported = undefined;
      }
      lastReceived = received;
      return { type: 'progress', file, received, ...(total === undefined ? {} : { total }) };
    },
  };
};

/**
 * Creates a function that returns the events of the files that have changed since its last call.
 *
 * @param isPending - Returns false once a file was saved or has failed. Such a file has no more events.
 */
export const createStatusEvents = (
  isPending: (name: string) => boolean,
): ((infos: readonly DownloadFileInfo[]) => readonly DownloadStatus[]) => {
  const lastEvents = new Map<string, DownloadStatus>();
  return (infos) =>
    infos.flatMap((info) => {
      const event = toStatusEvent(info);
      const last = lastEvents.get(event.file);
      if (!isPending(event.file) || (last !== undefined && isSameEvent(last, event))) return [];
      lastEvents.set(event.file, event);
      return [event];
    });
};

const toStatusEvent = ({ name, status, bytes_transferred, size }: DownloadFileInfo): DownloadStatus => ({
  type: 'status',
  file: name,
  status,
  bytesTransferred: bytes_transferred,
  ...(size === undefined ? {} : { size }),
});

const isSameEvent = (last: DownloadStatus, { status, bytesTransferred, size }: DownloadStatus): boolean =>
  last.status === status && last.bytesTransferred === bytesTransferred && last.size === size;
