/**
 * Reactive downloads from vSphere Content Libraries.
 *
 * @packageDocumentation
 */

// Errors, and the contract
export * from './errors.ts';
export * from './model.ts';
export { attempt, orFail } from './attempt.ts';

// The connection
export { vcenter, withVCenter, type VCenter, type VCenterOptions } from './connection/vcenter.ts';
export type { Credentials, CredentialsSource } from './connection/login.ts';
export type { Dialect } from './connection/route.ts';
export type { Retry, RetryOptions } from './connection/retrying.ts';

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

// Processes
export { patientPeriod, type Period } from './polling/period.ts';
export type { BudgetOptions } from './polling/budget.ts';
export type { PollOptions } from './polling/pace.ts';
export { preparation, type PreparationOptions, type WaitOptions } from './watching/preparation.ts';
export { preparations } from './watching/preparations.ts';
export { watchDownloadSession, type WatchedSession, type WatchOptions } from './watching/watch.ts';

// The download
export { download } from './download/download.ts';
export type { DownloadOptions, FileRetryOptions } from './download/options.ts';
export type { ItemRef } from './download/opening.ts';
export type { Closed, DownloadEvent, Failed, Lease, Opened, Progress, Retrying, Saved, Status } from './download/events.ts';
export type {
  Checksum,
  ContentIdentity,
  FoundFile,
  Hash,
  IncomingFile,
  Proof,
  Sink,
  SinkFile,
  StatedFile,
} from './transfer/sink.ts';
export { toBlob, type BlobSink } from './sinks/blob.ts';
export { toFileSystemDirectory, type FileSystemDirectoryOptions } from './sinks/file-system-directory.ts';
export { createSafeNames } from './sinks/safe-names.ts';
export { toWritableStream } from './sinks/writable-stream.ts';
export { snapshots, type DownloadSnapshot } from './snapshots/snapshots.ts';
export type { FilePhase, FileSnapshot } from './snapshots/snapshot-row.ts';
