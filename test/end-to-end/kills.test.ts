/** A short run of `npm run bench -- kills`. */

import { expect, test } from '@jest/globals';
import { killExports } from '../../bench/kills/kill-exports.ts';
import { start } from '../cli/command.ts';
import { scaled } from '../support/soak.ts';

const count = scaled({ test: 3, soak: 9 });

test('a killed export leaves no incomplete file under its final name, and the next export finishes it', async () => {
  const { kills, corruptFiles, completeExports, finalExports } = await killExports({
    start: (args, env) => start(args, { env }),
    kills: count,
    killsPerExport: 3,
    delay: [300, 1200],
  });
  expect([kills, corruptFiles, completeExports]).toEqual([count, 0, finalExports]);
}, 180_000);
