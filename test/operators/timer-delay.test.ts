import { expect, test } from '@jest/globals';
import { MAX_TIMER_DELAY, toTimerDelay } from '#src/operators/timer-delay.js';

test.each([
  [-1, 0, 0],
  [0, 1, 1],
  [250, 1, 250],
  [Infinity, 1, 2_147_483_647],
  [2 ** 31, 0, 2_147_483_647],
])('a delay of %d ms with a lower bound of %d is %d', (delay, min, expected) => expect(toTimerDelay(delay, min)).toBe(expected));

test('the longest delay is the longest that setTimeout keeps', () => expect(MAX_TIMER_DELAY).toBe(2 ** 31 - 1));
