/** What a download tells while it runs; the command's `--json` prints exactly these. */

import type { ContentLibraryError } from '../errors/index.ts';
import type { UnknownEnumValue } from '../model/codec.ts';
import type { PrepareStatus } from '../model/download-file.ts';
import type { Dialect } from '../http/operation.ts';
import type { Proof } from '../transfer/sink.ts';

/** The files of the item can be had, and are known. */
export interface DownloadOpened {
  readonly type: 'opened';
  readonly itemId: string;
  readonly itemName?: string;
  readonly dialect: Dialect;
  /** `session`: through a download session; `link`: through the links that the item's files have since 9.0. */
  readonly strategy: 'session' | 'link';
  readonly downloadSessionId?: string;
  /** The item's content version that is downloaded; empty where the server did not say. */
  readonly contentVersion: string;
  /** What will be downloaded; sizes in bytes. */
  readonly files: readonly { readonly name: string; readonly size?: number }[];
}

/** A file's preparation has moved on. */
export interface DownloadStatus {
  readonly type: 'status';
  readonly file: string;
  readonly status: PrepareStatus | UnknownEnumValue;
  /** Bytes that the server moved to make the file ready. */
  readonly bytesTransferred: number;
  readonly size?: number;
}

/** Bytes of a file have come. */
export interface DownloadProgress {
  readonly type: 'progress';
  readonly file: string;
  readonly received: number;
  readonly total?: number;
}

/**
 * Something failed in passing, and is tried again. A file goes on where it stood, or starts over: then `received` falls. Without `file` it is
 * a request that is sent again.
 */
export interface DownloadRetrying {
  readonly type: 'retrying';
  readonly file?: string;
  /** Which attempt failed, from 1; counted anew when bytes have come since. */
  readonly attempt: number;
  /** Milliseconds until the next one. */
  readonly delay: number;
  readonly error: ContentLibraryError;
}

/**
 * The lease that keeps the links of the files alive. `lost`: its download session is over, or a link of the item was refused; `renewed`:
 * another session has taken its place.
 */
export interface DownloadLease {
  readonly type: 'lease';
  readonly state: 'extended' | 'lost' | 'renewed';
  /** Until when it is good, by the server's clock, ISO 8601. */
  readonly expires?: string;
}

/** A file is whole and stands under its name. */
export interface DownloadSaved extends Proof {
  readonly type: 'saved';
  readonly file: string;
  readonly bytes: number;
  readonly path?: string;
  /** It was there already, equal to what the server states: none of its bytes were fetched. */
  readonly skipped?: true;
}

/** A file could not be downloaded; only with `continueOnError`. */
export interface DownloadFailed {
  readonly type: 'failed';
  readonly file: string;
  readonly error: ContentLibraryError;
}

/** All is done and the server is clean; always the last. */
export interface DownloadClosed {
  readonly type: 'closed';
  /** How many files were saved. */
  readonly files: number;
  readonly failed: number;
  readonly bytes: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** What a download tells, told apart by `type`. */
export type DownloadEvent =
  | DownloadOpened
  | DownloadStatus
  | DownloadProgress
  | DownloadRetrying
  | DownloadLease
  | DownloadSaved
  | DownloadFailed
  | DownloadClosed;
