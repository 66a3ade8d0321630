/**
 * Bundles the command from the sources, once for all tests: a process starts in a fifth of the time that the sources take. The folder has
 * the same depth as `dist/command`, because the command reads `package.json` by a relative path.
 */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export default () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync(process.execPath, ['scripts/bundle-command.mjs', 'node_modules/.tested-command'], { cwd: root, stdio: 'inherit' });
};
