import { expect, test } from '@jest/globals';
import { backoff } from '#src/operators/backoff.js';

test('doubles from attempt to attempt, up to the limit', () => {
  const delays = [1, 2, 3, 4, 5, 6].map((attempt) => backoff(attempt, { first: 500, max: 8000 }));
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 8000]);
});

test('a first delay above the limit is the limit', () => expect(backoff(1, { first: 5000, max: 3000 })).toBe(3000));

test('the jitter takes a fraction of each delay', () => {
  const fractions = [0.5, 0, 1];
  const random = () => fractions.shift() ?? NaN;
  expect([1, 2, 3].map((attempt) => backoff(attempt, { first: 100, max: 1000, random }))).toEqual([50, 0, 400]);
});

test('an attempt beyond any number of doublings waits for the limit', () =>
  expect(backoff(5000, { first: 1, max: 16_000 })).toBe(16_000));
