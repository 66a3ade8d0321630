/**
 * Bundles the command with its dependencies into `dist/command`, so that it starts quickly: a file for each subcommand, which is loaded when
 * it is called, and files for what they share. An argument is another folder.
 */

import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** For Node, rxjs states CommonJS, of which nothing can be left out. */
const rxjsModules = {
  name: 'rxjs as ES modules',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^rxjs$/ }, () => ({ path: join(root, 'node_modules/rxjs/dist/esm/index.js'), sideEffects: false }));
  },
};

await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outdir: process.argv[2] ?? 'dist/command',
  // All files are in one folder: one of them reads package.json by a relative path.
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.12',
  mainFields: ['module', 'main'],
  plugins: [rxjsModules],
  // Packages of their own, which may be installed beside this one.
  external: ['@rx-content-library/dashboard', '@aws-sdk/client-s3'],
  // Commander is CommonJS, which requires modules of Node.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
});
