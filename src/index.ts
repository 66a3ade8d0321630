/**
 * A reactive client for downloads from vSphere Content Libraries.
 *
 * @packageDocumentation
 */

// Errors and structures
export * from './errors/index.ts';
export * from './model/index.ts';

// Operators
export { attempt, orFail } from './operators/attempt.ts';

// Connection
export { vcenter, withVCenter, type VCenter, type VCenterOptions, type WithVCenterOptions } from './connection/vcenter.ts';
export type { Credentials, CredentialsSource } from './connection/login.ts';
export type { Dialect } from './http/operation.ts';
export type { RetryNotice, RetryOptions } from './http/retry.ts';

// Endpoints
export { getSession, login, logout } from './endpoints/session.ts';
export { findLibraries, getLibrary, listLibraries, listLocalLibraries, listSubscribedLibraries } from './endpoints/library.ts';
export { findItems, getItem, listItems } from './endpoints/item.ts';
export { getItemFile, listItemFiles } from './endpoints/item-file.ts';
export { getItemStorage, listItemStorage } from './endpoints/item-storage.ts';
export { getItemChanges, listItemChanges } from './endpoints/item-changes.ts';
export { evictItem, syncItem, type SyncItemOptions } from './endpoints/subscribed-item.ts';
export {
  cancelDownloadSession,
  createDownloadSession,
  deleteDownloadSession,
  failDownloadSession,
  getDownloadSession,
  keepDownloadSessionAlive,
  listDownloadSessions,
  type CreateDownloadSessionOptions,
  type KeepAliveOptions,
  type ListDownloadSessionsOptions,
} from './endpoints/download-session.ts';
export {
  getDownloadFile,
  listDownloadFiles,
  prepareDownloadFile,
  type PrepareDownloadFileOptions,
} from './endpoints/download-file.ts';

// Preparation
export { adaptivePeriod, type Period } from './polling/adaptive-period.ts';
export type { PollRetryOptions } from './polling/poll-retry.ts';
export type { PollOptions } from './polling/poll-schedule.ts';
export { preparation, type PreparationOptions, type PreparationWaitOptions } from './watching/preparation.ts';
export { preparations } from './watching/preparations.ts';
export { watchDownloadSession, type WatchedSession, type WatchOptions } from './watching/watch-download-session.ts';

// Download
export { download } from './download/download.ts';
export type { DownloadOptions, FileRetryOptions, LowSpeedOptions } from './download/options.ts';
export type { ItemRef } from './download/downloadable-item.ts';
export type {
  DownloadClosed,
  DownloadEvent,
  DownloadFailed,
  DownloadLease,
  DownloadOpened,
  DownloadProgress,
  DownloadRetrying,
  DownloadSaved,
  DownloadStatus,
  DownloadWarning,
  DownloadWarningCode,
} from './download/events.ts';

// Sinks
export type {
  Checksum,
  CommitResult,
  ContentIdentity,
  FoundFile,
  IncomingFile,
  PlannedFile,
  Proof,
  Sink,
  SinkFile,
  SinkHash,
  SinkWarning,
  StatedFile,
} from './transfer/sink.ts';
export type { SinkOptions } from './sinks/sink-options.ts';
export { toBlob, type BlobSink } from './sinks/blob.ts';
export { toFileSystemDirectory, type FileSystemDirectoryOptions } from './sinks/file-system-directory.ts';
export { createFileNameValidator } from './sinks/file-name-validator.ts';
export { toWritableStream } from './sinks/writable-stream.ts';

// Snapshots
export { snapshots, type SnapshotOptions } from './snapshots/snapshots.ts';
export type { DownloadSnapshot } from './snapshots/download-snapshot.ts';
export type { FilePhase, FileSnapshot } from './snapshots/file-snapshot.ts';

// Queue
export { createDownloadQueue } from './queue/create-download-queue.ts';
export type { DownloadQueue, QueuedDownloadEvent } from './queue/download-queue.ts';
export type { AddDownloadOptions, DownloadQueueOptions, QueueDownloadOptions } from './queue/options.ts';
export type { SerializedQueue } from './queue/serialized-queue.ts';
export type { DownloadCounts, DownloadQueueState, QueuedDownload, QueuedDownloadStatus } from './queue/state.ts';

// Mirror
export { mirror } from './mirror/mirror.ts';
export { mirrorItem } from './mirror/mirror-item.ts';
export { compareLibrary, type CompareLibraryOptions, type LibraryComparison } from './mirror/compare-library.ts';
export type { ItemMove, MirrorPlan } from './mirror/plan.ts';
export { watchLibrary, type WatchLibraryOptions } from './mirror/watch-library.ts';
export type { LibraryContents, LibraryItem, UnreadableItem } from './mirror/library-contents.ts';
export type { MirrorDownloadOptions, MirrorOptions } from './mirror/options.ts';
export type {
  MirrorCurrent,
  MirrorDownload,
  MirrorEvent,
  MirrorFailed,
  MirrorFinished,
  MirrorGone,
  MirrorItemFacts,
  MirrorMirrored,
  MirrorPlanned,
  MirrorRetrying,
  MirrorSuperseded,
} from './mirror/events.ts';
export { decodeItemManifest, type ItemManifest, type ManifestFile } from './mirror/item-manifest.ts';
export type { ItemVersion, ItemWriter, MirroredItem, MirroredLibrary, MirrorTarget } from './mirror/target.ts';
