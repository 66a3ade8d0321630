/** The simulation of `npm run bench:polling`, with less of the lateness looked at: the default period keeps what it promises. */

import { describe, expect, test } from '@jest/globals';
import { ours } from '../../bench/polling/ours.ts';
import { govc, oracle } from '../../bench/polling/policies.ts';
import { boundsOf, compare } from '../../bench/polling/simulation.ts';

test.each(boundsOf(compare(30), 9))('the default period keeps its bound: $bound, at most $most', ({ most, found }) => {
  expect(found).toBeLessThanOrEqual(most);
});

describe('the simulation', () => {
  test('is the same every time', () => {
    expect(ours([3000, 9000], 1)).toEqual(ours([3000, 9000], 1));
  });

  test('of what is prepared already: one request for preparation each, and no other', () => {
    expect(ours([0, 0, 0], Infinity)).toMatchObject({ asking: 3, waiting: 0 });
  });

  test('knows the figures of govc that were measured: twenty files of three seconds', () => {
    expect(
      govc(
        Array.from({ length: 20 }, () => 3000),
        Infinity,
      ),
    ).toEqual({ wall: 5600, waiting: 23 });
  });

  test('nobody is quicker than the oracle', () => {
    for (const times of [[0], [700], [4000, 4000], [60_000]])
      expect(ours(times, Infinity).wall).toBeGreaterThanOrEqual(oracle(times, Infinity).wall ?? NaN);
  });
});
