/** The structures of VMware's API: codecs and types, under VMware's names. */

export { decoder, type Codec, type Decoder, type UnknownEnumValue } from './codec.ts';
export {
  LocalizableMessage,
  StdError,
  type DateTimeFormat,
  type LocalizationParam,
  type NestedLocalizableMessage,
} from './message.ts';
export { SessionInfo } from './session.ts';
export { LibraryFindSpec, LibraryModel, LibraryType, type LibraryState, type LibraryStateInfo } from './library.ts';
export { PublishInfo, SubscriptionInfo, type AuthenticationMethod, type SourceInfo } from './publication.ts';
export { StorageBacking, type StorageBackingType } from './storage-backing.ts';
export { ItemFindSpec, ItemModel, type CertificateVerificationInfo, type CertificateVerificationStatus } from './item.ts';
export { ItemChangesInfo, ItemChangesSummary } from './item-changes.ts';
export { ItemFileInfo, ItemStorageInfo } from './item-file.ts';
export { DownloadSessionModel, type DownloadSessionState } from './download-session.ts';
export { DownloadFileInfo, type EndpointType, type PrepareStatus } from './download-file.ts';
export { ChecksumInfo, TransferEndpoint, type ChecksumAlgorithm } from './transfer.ts';
