/** How Vitest runs the examples: on the sources or, with `RX_CONTENT_LIBRARY_TEST=dist`, on what is published. */

import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const onSources = process.env.RX_CONTENT_LIBRARY_TEST !== 'dist';
const conditions = [...(onSources ? ['rx-content-library-source'] : []), 'module', 'node', 'import', 'default'];

export default {
  root: join(root, 'examples/testing'),
  // Not beside the examples.
  cacheDir: join(root, 'node_modules/.cache/vitest'),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { include: ['vitest.test.ts'] },
};
