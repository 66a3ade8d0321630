/** Decides whether a failed transfer of a file is retried. */

import { ChecksumError, isTransient, TruncatedError } from '../errors/index.ts';
import { retryDelay, type RetryPolicy } from '../http/retry.ts';

/** The next retry. */
export interface RetryDecision {
  /** Number of the failed attempt, from 1. */
  readonly attempt: number;
  /** Milliseconds until the retry. */
  readonly delay: number;
  /** True if the bytes in the sink are corrupt, so that the file has to be restarted. */
  readonly fromStart: boolean;
}

/** How a file is retried. */
export interface FileRetryPolicy extends Pick<RetryPolicy, 'delay' | 'random'> {
  /** Maximum number of consecutive attempts that bring the file no further, the first attempt included. */
  readonly attempts: number;
}

/**
 * Creates a function that is called with each failure. It returns the next retry, or `undefined` if the failure is final.
 *
 * The attempts count from 1 again whenever the file has received more bytes than ever before. Corrupt bytes are fetched once more only: a
 * bad disk or proxy would corrupt them again.
 */
export const createFileRetry = ({
  attempts,
  ...delayPolicy
}: FileRetryPolicy): ((thrown: unknown, received: number) => RetryDecision | undefined) => {
  let maxReceived = 0;
  let fruitlessAttempts = 0;
  let hasBeenCorrupt = false;
  return (thrown, received) => {
    const fromStart = isCorrupt(thrown);
    if (fromStart && hasBeenCorrupt) return undefined;
    hasBeenCorrupt ||= fromStart;
    if (!fromStart && !(thrown instanceof TruncatedError) && !isTransient(thrown)) return undefined;
    if (received > maxReceived && !fromStart) {
      maxReceived = received;
      fruitlessAttempts = 0;
    }
    fruitlessAttempts += 1;
    if (fruitlessAttempts >= attempts) return undefined;
    return { attempt: fruitlessAttempts, delay: retryDelay(thrown, fruitlessAttempts, delayPolicy), fromStart };
  };
};

/** Returns true if the received bytes are not those of vCenter's file. */
export const isCorrupt = (thrown: unknown): boolean =>
  thrown instanceof ChecksumError || (thrown instanceof TruncatedError && thrown.received > thrown.expected);
