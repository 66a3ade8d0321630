/** Limits the memory of the parts that are being filled and sent. */

/** A number of bytes that several files share. */
export interface MemoryBudget {
  /**
   * Acquires bytes; fulfills when they are free. More than the whole budget is acquired alone. The order of the calls is kept.
   *
   * - Rejects with the reason of the signal if that aborts first.
   */
  acquire(bytes: number, signal: AbortSignal): Promise<void>;
  /** Frees bytes that were acquired. */
  release(bytes: number): void;
  /** Bytes that are acquired. */
  readonly used: number;
}

interface Waiting {
  readonly bytes: number;
  readonly resolve: () => void;
}

/** @param limit - In bytes. */
export const createMemoryBudget = (limit: number): MemoryBudget => {
  const waiting: Waiting[] = [];
  let used = 0;
  const next = (): void => {
    for (;;) {
      const [first] = waiting;
      if (first === undefined || (used > 0 && used + first.bytes > limit)) return;
      waiting.shift();
      used += first.bytes;
      first.resolve();
    }
  };
  return {
    acquire: (bytes, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const request: Waiting = {
          bytes,
          resolve: () => {
            signal.removeEventListener('abort', abort);
            resolve();
          },
        };
        const abort = (): void => {
          waiting.splice(waiting.indexOf(request), 1);
          reject(signal.reason);
          next();
        };
        signal.addEventListener('abort', abort, { once: true });
        waiting.push(request);
        next();
      }),
    release: (bytes) => {
      used -= bytes;
      next();
    },
    get used() {
      return used;
    },
  };
};
