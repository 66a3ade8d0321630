import { describe, expect, jest, test } from '@jest/globals';
import { asyncScheduler, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { sleep } from '#src/simulator/state/sleep.js';

/** Runs all pending microtasks. */
const runMicrotasks = async (): Promise<void> => {
  for (let times = 0; times < 10; times += 1) await Promise.resolve();
};

/** Returns an object that is updated when the promise settles. */
const outcomeOf = (promise: Promise<unknown>): { state: string } => {
  const outcome = { state: 'waiting' };
  promise.then(
    () => (outcome.state = 'passed'),
    (reason: unknown) => (outcome.state = String(reason)),
  );
  return outcome;
};

describe.each([
  ['VirtualTimeScheduler', () => new VirtualTimeScheduler()],
  ['TestScheduler', () => new TestScheduler(() => undefined)],
])('on a %s', (_, create) => {
  test('fulfills when virtual time has passed', async () => {
    const clock = create();
    const outcome = outcomeOf(sleep(clock, 200));
    await runMicrotasks();
    expect(outcome.state).toBe('waiting');
    clock.flush();
    await runMicrotasks();
    expect([outcome.state, clock.now()]).toEqual(['passed', 200]);
  });

  test('an abort leaves no scheduled action', async () => {
    const clock = create();
    const controller = new AbortController();
    const outcome = outcomeOf(sleep(clock, 200, controller.signal));
    controller.abort('enough');
    await runMicrotasks();
    expect(outcome.state).toBe('enough');
    expect(clock.actions).toEqual([]);
  });
});

test.each([
  ['an object with a `now`', { now: () => 0 }],
  ['the asyncScheduler', asyncScheduler],
])("on %s it waits with the platform's timers", async (_, clock) => {
  jest.useFakeTimers();
  try {
    const outcome = outcomeOf(sleep(clock, 200));
    await jest.advanceTimersByTimeAsync(199);
    expect(outcome.state).toBe('waiting');
    await jest.advanceTimersByTimeAsync(1);
    expect(outcome.state).toBe('passed');
    const controller = new AbortController();
    const aborted = outcomeOf(sleep(clock, 200, controller.signal));
    controller.abort('enough');
    await runMicrotasks();
    expect([aborted.state, jest.getTimerCount()]).toEqual(['enough', 0]);
  } finally {
    jest.useRealTimers();
  }
});

test('0 does not wait, and Infinity sets no timer', async () => {
  const clock = new VirtualTimeScheduler();
  await sleep(clock, 0);
  await sleep(clock, -1);
  const controller = new AbortController();
  const outcome = outcomeOf(sleep(clock, Number.POSITIVE_INFINITY, controller.signal));
  expect(clock.actions).toEqual([]);
  controller.abort('enough');
  await runMicrotasks();
  expect(outcome.state).toBe('enough');
});

test('an aborted signal rejects immediately', async () => {
  await expect(sleep(Date, 1000, AbortSignal.abort('before'))).rejects.toBe('before');
});
