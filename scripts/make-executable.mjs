/** Makes the commands of the package executable; fails if one has no `#!` line. */

import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

for (const file of Object.values(bin)) {
  if (!readFileSync(join(root, file), 'utf8').startsWith('#!/usr/bin/env node\n'))
    throw new Error(`${file}: the first line must be #!/usr/bin/env node`);
  chmodSync(join(root, file), 0o755);
}
