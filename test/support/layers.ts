/**
 * The modules that each module of `src` may import, from the bottom layer to the top. A module is a file directly in `src`, or a folder with
 * everything below it. A row may list only modules of rows above it. `type:` allows types only.
 */
export const layers: Readonly<Record<string, string>> = {
  // Contract: errors, VMware's structures
  'errors/': '',
  'model/': 'errors/ io-ts type:fp-ts',
  // Generic RxJS operators
  'operators/': 'errors/ rxjs type:fp-ts',
  // HTTP: one operation, one decoded response
  'http/': 'errors/ model/ operators/ ky rxjs',
  // Connection: options, the shared login, file addresses
  'connection/': 'errors/ http/ model/ operators/ io-ts rxjs',
  // Endpoints: one file for each VMware service
  'endpoints/': 'connection/ type:http/ model/ io-ts rxjs',
  // Streams of time
  'polling/': 'errors/ http/ operators/ rxjs',
  'session/': 'connection/ endpoints/ errors/ type:model/ operators/ rxjs',
  'watching/': 'connection/ endpoints/ errors/ type:model/ polling/ session/ rxjs',
  // Bytes
  'transfer/': 'connection/ errors/ http/ type:model/ operators/ rxjs',
  'sinks/': 'errors/ type:transfer/',
  // The main job
  'download/': 'connection/ endpoints/ errors/ http/ type:model/ operators/ session/ transfer/ watching/ rxjs',
  'snapshots/': 'type:download/ type:errors/ rxjs',
  // Public surface
  index:
    'connection/ download/ endpoints/ errors/ type:http/ model/ operators/ polling/ sinks/ snapshots/ type:transfer/ watching/',
  // Platforms
  'simulator/': 'model/ io-ts @noble/hashes rxjs',
  'node/': 'index node:',
  'angular/': 'index @angular/core',
  // Program
  'cli/': 'index node/ simulator/ node: @cfworker/json-schema commander rxjs',
};

/** Modules that import other modules through their `index.ts` only. */
export const platforms: readonly string[] = ['simulator/', 'node/', 'angular/', 'cli/'];
