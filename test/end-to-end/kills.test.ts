/** What `npm run bench:kills` does two hundred times, a few times. */

import { expect, test } from '@jest/globals';
import { killing } from '../../bench/kills/killing.ts';
import { start } from '../cli/command.ts';

test('an export that is killed leaves nothing that looks whole, and the next one finishes it', async () => {
  const { kills, wrong, finished, ended } = await killing({
    start: (args, env) => start(args, { env }),
    kills: 9,
    each: 3,
    between: [300, 1200],
  });
  expect([kills, wrong, finished]).toEqual([9, 0, ended]);
}, 180_000);
