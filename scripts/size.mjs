/**
 * Measures what the package costs in a browser, minified and gzipped, and fails above a limit: all of `rx-content-library`, and one
 * endpoint with its connection.
 *
 * Applications that use RxJS have the peers `rxjs` and `fp-ts` already, so the size is also stated without them.
 */

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * Limits in KB (1000 bytes). Nothing is loaded on demand: a file that cannot be loaded later would be one more failure, and a service
 * worker cannot load any. A program that imports less loads less, because no module has side effects.
 */
const cases = [
  {
    name: 'one endpoint',
    code: `export { listLibraries, vcenter } from 'rx-content-library';`,
    limit: 33,
    limitWithoutPeers: 24,
  },
  { name: 'everything', code: `export * from 'rx-content-library';`, limit: 64.5, limitWithoutPeers: 56 },
];
const peers = ['rxjs', 'fp-ts', 'fp-ts/*'];

const bundle = async (code, external) => {
  const {
    outputFiles: [{ contents }],
    metafile,
  } = await build({
    stdin: { contents: code, resolveDir: join(import.meta.dirname, '..') },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    metafile: true,
    write: false,
    external,
  });
  const shares = new Map();
  for (const [file, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0].inputs)) {
    const owner = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'rx-content-library';
    shares.set(owner, (shares.get(owner) ?? 0) + bytesInOutput);
  }
  return { gzipped: gzipSync(contents, { level: 9 }).length, shares };
};

const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`.padStart(8);

const check = (label, bytes, limit) => {
  const isTooLarge = bytes > limit * 1000;
  if (isTooLarge) process.exitCode = 1;
  console.log(`${label.padEnd(36)} ${kb(bytes)}  limit ${kb(limit * 1000)}${isTooLarge ? '  TOO LARGE' : ''}`);
};

for (const { name, code, limit, limitWithoutPeers } of cases) {
  const whole = await bundle(code, []);
  check(name, whole.gzipped, limit);
  check(`${name}, without rxjs and fp-ts`, (await bundle(code, peers)).gzipped, limitWithoutPeers);
  const sorted = [...whole.shares].sort(([, a], [, b]) => b - a);
  console.log(`  minified, not compressed: ${sorted.map(([owner, bytes]) => `${owner} ${kb(bytes).trim()}`).join(', ')}`);
}
