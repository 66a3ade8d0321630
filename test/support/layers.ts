/**
 * The modules that each module of `src` may import, from the bottom layer to the top. A module is a file directly in `src`, or a folder with
 * everything below it. A row may list only modules of rows above it. `type:` allows types only.
 */
export const layers: Readonly<Record<string, string>> = {
  // Options: their names
  'options/': '',
  // Contract: errors, VMware's structures
  'errors/': '',
  'model/': 'errors/ io-ts type:fp-ts',
  // Generic RxJS operators
  'operators/': 'errors/ rxjs type:fp-ts',
  // HTTP: one operation, one decoded response
  'http/': 'errors/ model/ operators/ type:options/ ky rxjs',
  // Connection: options, the shared login, file addresses
  'connection/': 'errors/ http/ model/ operators/ options/ io-ts rxjs',
  // Endpoints: one file for each VMware service
  'endpoints/': 'connection/ errors/ type:http/ model/ options/ io-ts rxjs',
  // Streams of time
  'polling/': 'errors/ http/ operators/ type:options/ rxjs',
  'session/': 'connection/ endpoints/ errors/ type:http/ type:model/ operators/ rxjs',
  'watching/': 'connection/ endpoints/ errors/ type:model/ polling/ session/ options/ rxjs',
  // Bytes
  'transfer/': 'connection/ errors/ http/ type:model/ operators/ rxjs',
  'sinks/': 'errors/ type:transfer/ options/',
  // The main job
  'download/': 'connection/ endpoints/ errors/ http/ type:model/ operators/ session/ transfer/ watching/ options/ rxjs',
  'snapshots/': 'type:download/ errors/ operators/ options/ rxjs',
  'queue/': 'connection/ download/ errors/ options/ snapshots/ type:transfer/ io-ts rxjs',
  'mirror/':
    'connection/ download/ endpoints/ errors/ model/ operators/ options/ polling/ sinks/ type:transfer/ watching/ io-ts rxjs type:fp-ts',
  // Public surface
  index:
    'connection/ download/ endpoints/ errors/ type:http/ mirror/ model/ operators/ polling/ queue/ sinks/ snapshots/ type:transfer/ watching/',
  // Platforms
  'node-version': '',
  'simulator/': 'model/ options/ io-ts @cfworker/json-schema @noble/hashes rxjs',
  'node/': 'index node-version options/ node:',
  's3/': 'index node/ options/ node: @aws-sdk/client-s3 rxjs',
  'angular/': 'index @angular/core rxjs',
  'fleet/': 'index options/ rxjs',
  // Program
  'cli/':
    'index node-version node/ options/ s3/ simulator/ node: @aws-sdk/client-s3 @clack/prompts cli-truncate commander modern-tar picomatch rxjs saxes string-width @rx-content-library/dashboard',
};

/** Modules that import other modules through their `index.ts` only. */
export const platforms: readonly string[] = ['simulator/', 'node/', 's3/', 'angular/', 'fleet/', 'cli/'];

/** The layers, bottom first, and what each of their modules is. `scripts/layers.mjs` writes them into CONTRIBUTING.md. */
export const descriptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Options: { 'options/': 'refuses unknown options' },
  Contract: {
    'errors/': 'the error union and its guards',
    'model/': "VMware's structures: types and codecs",
  },
  Operators: { 'operators/': 'generic RxJS operators that know no vCenter' },
  HTTP: { 'http/': 'one operation, one decoded response; byte ranges, retries, redaction' },
  Connection: { 'connection/': 'options, the shared login, the addresses of files' },
  Endpoints: { 'endpoints/': 'a VMware service per file; each operation is a row with both routes' },
  Watching: {
    'polling/': 'polls scheduled by their responses; backoff, retries, sharing',
    'session/': 'the life of a download session: create, extend, replace, clean up',
    'watching/': 'preparations and sessions as streams',
  },
  Bytes: {
    'transfer/': 'the bytes of one file into a sink, and their verification',
    'sinks/': 'the sinks of the web platform',
  },
  Download: {
    'download/': 'all files of an item, from the first request to the clean-up',
    'snapshots/': 'events into snapshots for a dashboard',
    'queue/': 'many downloads as one state, with common limits',
    'mirror/': 'a library compared with a target, and its items downloaded where they differ',
  },
  'Public surface': { index: 'what `rx-content-library` exports' },
  Platforms: {
    'node-version': 'refuses versions of Node that are too old',
    'simulator/': 'a vCenter in memory; knows the contract, not the client',
    'node/': 'directories, streams, TLS and proxies of Node',
    's3/': 'mirrors to buckets of S3 and of stores with its protocol',
    'angular/': 'a connection and a download queue per injector',
    'fleet/': 'mirrors of many sites, workers and limits, in one process',
  },
  Program: { 'cli/': 'the command, a file per subcommand' },
};
