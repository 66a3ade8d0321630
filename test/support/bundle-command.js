/**
 * Bundles the command from the sources, once for all tests: a process starts in a fifth of the time that the sources take. The folder has
 * the same depth as `dist/command`, because the command reads `package.json` by a relative path.
 */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export default () => {
  const root = join(import.meta.dirname, '../..');
  execFileSync(process.execPath, ['scripts/bundle-command.mjs', 'node_modules/.tested-command'], { cwd: root, stdio: 'inherit' });
};
