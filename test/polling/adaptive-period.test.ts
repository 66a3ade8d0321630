/** The simulation of `npm run bench -- polling`, with fewer draws and durations: the default period keeps its limits. */

import { describe, expect, test } from '@jest/globals';
import { compare, computeLimits } from '../../bench/polling/comparison.ts';
import { library } from '../../bench/polling/library.ts';
import { govc, oracle } from '../../bench/polling/policies.ts';

test.each(computeLimits(compare(30), 9))('the default period keeps its limit: $name, at most $limit', ({ value, limit }) => {
  expect(value).toBeLessThanOrEqual(limit);
});

describe('the simulation', () => {
  test('returns the same outcome every time', () => {
    expect(library([3000, 9000], 1)).toEqual(library([3000, 9000], 1));
  });

  test('sends one prepare request for each file and reads no status if all files are prepared already', () => {
    expect(library([0, 0, 0], Infinity)).toMatchObject({ prepareRequests: 3, statusReads: 0 });
  });

  test('returns for govc what was measured: twenty files of three seconds', () => {
    expect(
      govc(
        Array.from({ length: 20 }, () => 3000),
        Infinity,
      ),
    ).toEqual({ wall: 5600, statusReads: 23 });
  });

  test('returns no wall time below that of the oracle', () => {
    for (const durations of [[0], [700], [4000, 4000], [60_000]])
      expect(library(durations, Infinity).wall).toBeGreaterThanOrEqual(oracle(durations, Infinity).wall ?? NaN);
  });
});
