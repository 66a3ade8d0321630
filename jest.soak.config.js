/** `npm run soak`: the test files with expensive tests, at their full size (see test/support/soak.ts). */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import config from './jest.config.js';

// Inherited by the workers.
process.env.RX_CONTENT_LIBRARY_SOAK = '1';

const suites = globSync('test/**/*.test.ts', { cwd: import.meta.dirname }).filter((file) =>
  readFileSync(join(import.meta.dirname, file), 'utf8').includes("/support/soak.ts'"),
);

export default { ...config, testMatch: suites.map((file) => `<rootDir>/${file.replaceAll('\\', '/')}`) };
