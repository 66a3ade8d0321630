/** What vCenter says and expects: codecs and their types, under VMware's names. */

export { decoder, type Codec, type Decoder, type Unlisted } from './model/codec.ts';
export {
  LocalizableMessage,
  StdError,
  type DateTimeFormat,
  type LocalizationParam,
  type NestedLocalizableMessage,
} from './model/message.ts';
export { SessionInfo } from './model/session.ts';
export { LibraryFindSpec, LibraryModel, LibraryType, type LibraryState, type LibraryStateInfo } from './model/library.ts';
export { PublishInfo, SubscriptionInfo, type AuthenticationMethod, type SourceInfo } from './model/sharing.ts';
export { StorageBacking, type StorageBackingType } from './model/storage-backing.ts';
export { ItemFindSpec, ItemModel, type CertificateVerificationInfo, type CertificateVerificationStatus } from './model/item.ts';
export { ItemChangesInfo, ItemChangesSummary } from './model/item-changes.ts';
export { ItemFileInfo, ItemStorageInfo } from './model/item-file.ts';
export { DownloadSessionModel, type DownloadSessionState } from './model/download-session.ts';
export { DownloadFileInfo, type EndpointType, type PrepareStatus } from './model/download-file.ts';
export { ChecksumInfo, TransferEndpoint, type ChecksumAlgorithm } from './model/transfer.ts';
