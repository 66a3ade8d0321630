import { describe, expect, jest, test } from '@jest/globals';
import { asyncScheduler, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { sleep } from '#src/simulator/state/sleep.js';

/** Lets everything run that waits for nothing but its turn. */
const turns = async (): Promise<void> => {
  for (let times = 0; times < 10; times += 1) await Promise.resolve();
};

/** Notes whether a promise has ended, and how. */
const outcomeOf = (promise: Promise<unknown>): { now: string } => {
  const outcome = { now: 'waiting' };
  promise.then(
    () => (outcome.now = 'passed'),
    (reason: unknown) => (outcome.now = String(reason)),
  );
  return outcome;
};

describe.each([
  ['VirtualTimeScheduler', () => new VirtualTimeScheduler()],
  ['TestScheduler', () => new TestScheduler(() => undefined)],
])('on a %s', (_, create) => {
  test('virtual time is what passes', async () => {
    const clock = create();
    const outcome = outcomeOf(sleep(clock, 200));
    await turns();
    expect(outcome.now).toBe('waiting');
    clock.flush();
    await turns();
    expect([outcome.now, clock.now()]).toEqual(['passed', 200]);
  });

  test('who gives up leaves nothing scheduled', async () => {
    const clock = create();
    const controller = new AbortController();
    const outcome = outcomeOf(sleep(clock, 200, controller.signal));
    controller.abort('enough');
    await turns();
    expect(outcome.now).toBe('enough');
    expect(clock.actions).toEqual([]);
  });
});

test.each([
  ['a `now` alone', { now: () => 0 }],
  ['the asyncScheduler', asyncScheduler],
])("on %s the platform's timers are what passes", async (_, clock) => {
  jest.useFakeTimers();
  try {
    const outcome = outcomeOf(sleep(clock, 200));
    await jest.advanceTimersByTimeAsync(199);
    expect(outcome.now).toBe('waiting');
    await jest.advanceTimersByTimeAsync(1);
    expect(outcome.now).toBe('passed');
    const controller = new AbortController();
    const given = outcomeOf(sleep(clock, 200, controller.signal));
    controller.abort('enough');
    await turns();
    expect([given.now, jest.getTimerCount()]).toEqual(['enough', 0]);
  } finally {
    jest.useRealTimers();
  }
});

test('no time is no wait, and for ever needs no timer', async () => {
  const clock = new VirtualTimeScheduler();
  await sleep(clock, 0);
  await sleep(clock, -1);
  const controller = new AbortController();
  const outcome = outcomeOf(sleep(clock, Number.POSITIVE_INFINITY, controller.signal));
  expect(clock.actions).toEqual([]);
  controller.abort('enough');
  await turns();
  expect(outcome.now).toBe('enough');
});

test('a signal that has aborted is not waited with', async () => {
  await expect(sleep(Date, 1000, AbortSignal.abort('before'))).rejects.toBe('before');
});
