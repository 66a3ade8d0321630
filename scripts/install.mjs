/** Installs what is missing, and only then: `npm start`, `npm test` and `npm run check` work on a fresh clone because of it. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const packages = (file) => (existsSync(join(root, file)) ? JSON.parse(readFileSync(join(root, file), 'utf8')).packages : {});

const missing = () => {
  const installed = packages('node_modules/.package-lock.json');
  return Object.entries(packages('package-lock.json'))
    .filter(([place, wanted]) => place !== '' && wanted.optional !== true)
    .some(([place, wanted]) => installed[place]?.version !== wanted.version);
};

// The package `node` fetches its binary in an install script; where scripts are off it is there without one.
const nodeIsThere = () => existsSync(join(root, 'node_modules/node/bin/node')) || process.platform === 'win32';

if (missing() || !nodeIsThere()) {
  console.error('Installing what is missing (once; a minute or so) …');
  const { status } = spawnSync('npm', ['ci', '--loglevel=error', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
  if (missing() || !nodeIsThere()) {
    console.error(
      'npm ci ended well, but Node 24 is not there: allow the install script of the package "node", then run this again.',
    );
    process.exit(1);
  }
}
