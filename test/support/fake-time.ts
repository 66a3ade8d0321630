import { jest } from '@jest/globals';

/** Virtual milliseconds after which a run counts as hanging. */
const LIMIT = 6 * 3_600_000;

/** Runs a function with fake timers and a fake clock, which advance until its promise settles. */
export const inFakeTime = async <A>(run: () => Promise<A>): Promise<A> => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'performance'] });
  try {
    let isSettled = false;
    const result = run().finally(() => {
      isSettled = true;
    });
    // A rejection is handled below; this prevents an unhandled one.
    result.catch(() => undefined);
    const start = Date.now();
    while (!isSettled && Date.now() - start < LIMIT) {
      await jest.advanceTimersByTimeAsync(50);
      // Streams and file operations of the platform need real turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (!isSettled) throw new Error('not settled after six hours of virtual time');
    return await result;
  } finally {
    jest.useRealTimers();
  }
};
