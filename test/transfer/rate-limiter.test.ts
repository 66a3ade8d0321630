import { describe, expect, jest, test } from '@jest/globals';
import { asyncScheduler } from 'rxjs';
import { createRateLimiter } from '#src/transfer/rate-limiter.js';
import { inVirtualTime } from '../support/marbles.ts';

/** Returns the delays for these numbers of bytes, each counted at its millisecond. */
const delaysOf = (bytesPerSecond: number, counted: readonly (readonly [number, number])[]): readonly number[] => {
  const delays: number[] = [];
  inVirtualTime(({ cold, flush }) => {
    const { delayAfter } = createRateLimiter(bytesPerSecond);
    for (const [at, bytes] of counted) cold(`${at}ms (a|)`).subscribe({ next: () => delays.push(Math.round(delayAfter(bytes))) });
    flush();
  });
  return delays;
};

describe('a rate limiter', () => {
  test('asks for as long a pause as the bytes take at the limit', () => {
    expect(
      delaysOf(1000, [
        [0, 500],
        [500, 250],
        [2000, 1000],
      ]),
    ).toEqual([500, 250, 1000]);
  });

  test('adds up what several transfers have received', () => {
    expect(
      delaysOf(1000, [
        [0, 500],
        [0, 500],
        [100, 100],
      ]),
    ).toEqual([500, 1000, 1000]);
  });

  test('asks for no pause that is too short for a timer, and adds it to the next one', () => {
    expect(
      delaysOf(1_000_000, [
        [0, 4000],
        [0, 4000],
        [0, 4000],
      ]),
    ).toEqual([0, 0, 12]);
  });

  test('a clock that is set back delays nothing', () => {
    const now = jest.spyOn(asyncScheduler, 'now');
    try {
      const { delayAfter } = createRateLimiter(1000);
      now.mockReturnValue(3_600_000);
      expect(delayAfter(500)).toBe(500);
      now.mockReturnValue(0);
      expect(delayAfter(500)).toBe(1000);
    } finally {
      now.mockRestore();
    }
  });

  test('gives no credit for the time without transfers', () => {
    expect(delaysOf(1000, [[60_000, 1000]])).toEqual([1000]);
  });
});
