/** Checks the size of the browser bundle: all of `rx-content-library` with its dependencies. */

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * Maximum size in bytes, gzipped. Dependencies are 20 KiB of it. A program that imports less loads less, because no module has side
 * effects. It was 48 KiB until encoded bodies, replaced content, warnings, unknown options and the causes of failures were handled, and 55 KiB until there were mirrors.
 */
const LIMIT = 60 * 1024;

const {
  outputFiles: [bundle],
  metafile,
} = await build({
  stdin: { contents: `export * from 'rx-content-library';`, resolveDir: join(import.meta.dirname, '..') },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  legalComments: 'none',
  metafile: true,
  write: false,
});

const gzipped = gzipSync(bundle.contents, { level: 9 }).length;
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

const shares = new Map();
for (const [file, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0].inputs)) {
  const owner = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'rx-content-library';
  shares.set(owner, (shares.get(owner) ?? 0) + bytesInOutput);
}

console.log(`${kib(gzipped)} gzipped (limit ${kib(LIMIT)}); ${kib(bundle.contents.length)} minified:`);
for (const [owner, bytes] of [...shares].sort(([, a], [, b]) => b - a)) console.log(`  ${kib(bytes).padStart(9)}  ${owner}`);
if (gzipped > LIMIT) process.exitCode = 1;
