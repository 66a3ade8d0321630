/**
 * Bundles the command with its dependencies into `dist/command`, so that it starts quickly: a file for each subcommand, which is loaded when
 * it is called, and files for what they share. An argument is another folder.
 */

import { basename, join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** For Node, rxjs states CommonJS, of which nothing can be left out. */
const rxjsModules = {
  name: 'rxjs as ES modules',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^rxjs$/ }, () => ({ path: join(root, 'node_modules/rxjs/dist/esm/index.js'), sideEffects: false }));
  },
};

const options = {
  absWorkingDir: root,
  outdir: process.argv[2] ?? 'dist/command',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.12',
  mainFields: ['module', 'main'],
  // Packages of their own, which may be installed beside this one.
  external: ['@rx-content-library/dashboard', '@aws-sdk/client-s3'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
};

// Buckets have a bundle of their own: what they share with the command would be files of its own, which every start loads.
const { metafile } = await build({
  ...options,
  entryPoints: ['src/s3/index.ts'],
  entryNames: 's3-[hash]',
  plugins: [rxjsModules],
  metafile: true,
});
const bucketBundle = Object.keys(metafile.outputs).find((file) => file.endsWith('.js'));

const buckets = {
  name: 'buckets as a bundle of their own',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/s3\/index\.ts$/ }, () => ({ path: `./${basename(bucketBundle)}`, external: true }));
  },
};

await build({
  ...options,
  entryPoints: ['src/cli/main.ts'],
  // All files are in one folder: one of them reads package.json by a relative path.
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  splitting: true,
  plugins: [rxjsModules, buckets],
  // Commander is CommonJS, which requires modules of Node.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
});
