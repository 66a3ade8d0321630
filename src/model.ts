/** What vCenter says and expects: codecs and their types, under VMware's names. */

export { decoder, type Codec, type Decoder, type Unlisted } from './model/codec.ts';
export { LocalizableMessage, StdError } from './model/message.ts';
export { SessionInfo } from './model/session.ts';
export { LibraryFindSpec, LibraryModel, LibraryType, type StorageBacking } from './model/library.ts';
export { ItemFindSpec, ItemModel } from './model/item.ts';
export { ItemFileInfo } from './model/item-file.ts';
export { DownloadSessionModel, type DownloadSessionState } from './model/download-session.ts';
export { DownloadFileInfo, type EndpointType, type PrepareStatus } from './model/download-file.ts';
export { ChecksumInfo, TransferEndpoint, type ChecksumAlgorithm } from './model/transfer.ts';
