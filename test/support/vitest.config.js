/** Vitest configuration for the examples: runs them on the sources or, with `RX_CONTENT_LIBRARY_TEST=dist`, on the build. */

import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const onSources = process.env.RX_CONTENT_LIBRARY_TEST !== 'dist';
const conditions = [...(onSources ? ['rx-content-library-source'] : []), 'module', 'node', 'import', 'default'];

export default {
  root: join(root, 'examples/testing'),
  // Keeps the cache out of the examples.
  cacheDir: join(root, 'node_modules/.cache/vitest'),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { include: ['vitest.test.ts'] },
};
