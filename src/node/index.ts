/**
 * The library on Node.js: files that are renamed when they are whole, TLS as vCenters need it, any handler on a port.
 *
 * @packageDocumentation
 */

export { toDirectory, type DirectoryOptions } from './directory.ts';
export { toWritable } from './writable.ts';
export { nodeHash } from './hash.ts';
export { nodeFetch, type NodeFetchOptions } from './fetch.ts';
export { serve, type Handler, type ServeOptions, type Served } from './serve.ts';
