/**
 * The library on Node.js: files in directories and streams, `fetch` with pinned certificates and proxies, and an HTTP server.
 *
 * @packageDocumentation
 */

import './assert-node-version.ts';

export { toDirectory, type DirectoryOptions } from './directory.ts';
export { compareFile, type FileComparison } from './compare-file.ts';
export { toTree } from './tree/tree.ts';
export { toWritable } from './writable.ts';
export { nodeHash } from './hash.ts';
export { nodeFetch, type NodeFetch, type NodeFetchOptions } from './fetch.ts';
export type { PinnedCertificate } from './tls/trust.ts';
export { createSelfSignedCertificate, type SelfSignedCertificate, type SelfSignedOptions } from './self-signed.ts';
export { serve, type Handler, type ServeOptions, type RunningServer } from './serve.ts';
export {
  inventoryFromDirectory,
  type DirectoryFile,
  type DirectoryInventory,
  type DirectoryItem,
  type DirectoryLibrary,
} from './inventory.ts';
