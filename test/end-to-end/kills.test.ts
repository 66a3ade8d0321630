/** The test behind `npm run bench:kills`, with fewer kills. */

import { expect, test } from '@jest/globals';
import { killing } from '../../bench/kills/killing.ts';
import { start } from '../cli/command.ts';
import { soakRuns } from '../support/soak.ts';

const count = soakRuns({ few: 3, full: 9 });

test('a killed export leaves no incomplete file under its final name, and the next export finishes it', async () => {
  const { kills, wrong, finished, ended } = await killing({
    start: (args, env) => start(args, { env }),
    kills: count,
    each: 3,
    between: [300, 1200],
  });
  expect([kills, wrong, finished]).toEqual([count, 0, ended]);
}, 180_000);
