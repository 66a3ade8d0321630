/** Runs `npm ci` if packages are missing, so that `npm start`, `npm test` and `npm run check` work on a fresh clone. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const packages = (file) => (existsSync(join(root, file)) ? JSON.parse(readFileSync(join(root, file), 'utf8')).packages : {});

const isIncomplete = () => {
  const installed = packages('node_modules/.package-lock.json');
  return Object.entries(packages('package-lock.json'))
    .filter(([path, { optional }]) => path !== '' && optional !== true)
    .some(([path, { version }]) => installed[path]?.version !== version);
};

// The package `node` downloads its binary in an install script, which may be disabled.
const hasNode = () => existsSync(join(root, 'node_modules/node/bin/node')) || process.platform === 'win32';

if (isIncomplete() || !hasNode()) {
  console.error('Installing packages (once, about a minute) …');
  const { status } = spawnSync('npm', ['ci', '--loglevel=error', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
  if (isIncomplete() || !hasNode()) {
    console.error(
      'npm ci succeeded, but Node.js 24 is missing: allow the install script of the package "node" and run the command again.',
    );
    process.exit(1);
  }
}
