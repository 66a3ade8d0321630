import { jest } from '@jest/globals';

/** Hours, in milliseconds: more than any test is about. */
const farEnough = 6 * 3_600_000;

/** Runs something whose timers are the test's: what takes hours is over at once. Clock and timers of the platform go together. */
export const inFakeTime = async <A>(run: () => Promise<A>): Promise<A> => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'performance'] });
  try {
    let isOver = false;
    const result = run().finally(() => {
      isOver = true;
    });
    // Whoever fails is heard below.
    result.catch(() => undefined);
    const begun = Date.now();
    while (!isOver && Date.now() - begun < farEnough) {
      await jest.advanceTimersByTimeAsync(50);
      // What goes over streams and promises of the platform has a turn, too.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (!isOver) throw new Error('it was not over after six hours');
    return await result;
  } finally {
    jest.useRealTimers();
  }
};
