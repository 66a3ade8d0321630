import { expect, test } from '@jest/globals';
import { serverClock } from '#src/connection/server-clock.js';

const answer = (date?: string): Headers => new Headers(date === undefined ? {} : { date });

test('knows nothing before an answer has told', () => {
  const clock = serverClock();
  clock.observe(answer());
  expect(clock.last()).toBeUndefined();
});

test('takes the end of the second that an answer names, so that a lease looks shorter and never longer', () => {
  const clock = serverClock();
  clock.observe(answer('Sun, 22 Nov 2026 08:00:00 GMT'));
  expect(clock.last()).toBe(Date.UTC(2026, 10, 22, 8, 0, 1));
});

test('goes by the last answer that told, whatever the clock of this machine says', () => {
  const clock = serverClock();
  clock.observe(answer('Sun, 22 Nov 2026 08:00:00 GMT'));
  clock.observe(answer('Sun, 22 Nov 2026 07:59:00 GMT'));
  clock.observe(answer());
  clock.observe(answer('yesterday'));
  expect(clock.last()).toBe(Date.UTC(2026, 10, 22, 7, 59, 1));
});
