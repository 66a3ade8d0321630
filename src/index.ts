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
export { vcenter, withVCenter, type VCenter, type VCenterOptions } from './vcenter.ts';
export type { Credentials, CredentialsSource } from './login.ts';
export type { Dialect } from './route.ts';

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
export { patientPeriod, type Period, type PollOptions } from './clock.ts';
export { preparation, type PreparationOptions, type WaitOptions } from './preparation.ts';
export { preparations } from './preparations.ts';

// The download
export { download, type DownloadOptions } from './download.ts';
export type { ItemRef } from './opening.ts';
export type { Closed, DownloadEvent, Failed, Opened, Progress, Saved, Status } from './events.ts';
export type { Hash, IncomingFile, Proof, Sink, SinkFile } from './sink.ts';
export { snapshots, type DownloadSnapshot, type FilePhase, type FileSnapshot } from './snapshots.ts';
