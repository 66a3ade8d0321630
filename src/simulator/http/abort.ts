/** How a request is given up. */

/** Waits for an answer; rejects with the signal's reason if the request is given up before. */
export const unlessAborted = async <A>(signal: AbortSignal | undefined, answer: () => Promise<A>): Promise<A> => {
  if (signal === undefined) return answer();
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([answer(), aborted]);
  } finally {
    // A signal may outlive thousands of requests.
    signal.removeEventListener('abort', abort);
  }
};
